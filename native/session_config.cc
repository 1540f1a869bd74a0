// Gives a saved model's session the options in `session_config.pb` beside the model, which the binding has no call for.
// Part of the binding, linked with --wrap=TF_LoadSessionFromSavedModel: the binding's call comes here first.
#include <fstream>
#include <iterator>
#include <string>

#include "tensorflow/c/c_api.h"

extern "C" {

TF_Session* __real_TF_LoadSessionFromSavedModel(const TF_SessionOptions* options, const TF_Buffer* run_options,
                                                const char* directory, const char* const* tags, int tag_count,
                                                TF_Graph* graph, TF_Buffer* meta_graph, TF_Status* status);

/** As TensorFlow's own. Its status is TF_SetConfig's where the file holds no serialized ConfigProto. */
TF_Session* __wrap_TF_LoadSessionFromSavedModel(const TF_SessionOptions* options, const TF_Buffer* run_options,
                                                const char* directory, const char* const* tags, int tag_count,
                                                TF_Graph* graph, TF_Buffer* meta_graph, TF_Status* status) {
  std::ifstream file(std::string(directory) + "/session_config.pb", std::ios::binary);
  if (file) {
    const std::string config{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    // The binding makes the options for this call alone.
    TF_SetConfig(const_cast<TF_SessionOptions*>(options), config.data(), config.size(), status);
    if (TF_GetCode(status) != TF_OK) return nullptr;
  }
  return __real_TF_LoadSessionFromSavedModel(options, run_options, directory, tags, tag_count, graph, meta_graph,
                                             status);
}

}  // extern "C"
