// Opens a library with standard error muted, because TensorFlow logs while its static objects are made.
// A separate add-on, because it has to run before the binding's own libraries are opened.
#include <dlfcn.h>
#include <fcntl.h>
#include <node_api.h>
#include <string>
#include <unistd.h>

namespace {

/** openQuietly(path: string): string. The loader's message, empty when the library is open. */
napi_value OpenQuietly(napi_env env, napi_callback_info info) {
  size_t count = 1, length = 0;
  napi_value argument, result;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  if (count < 1 || napi_get_value_string_utf8(env, argument, nullptr, 0, &length) != napi_ok) {
    napi_throw_type_error(env, nullptr, "openQuietly takes a path");
    return nullptr;
  }
  std::string path(length, '\0');
  napi_get_value_string_utf8(env, argument, &path[0], length + 1, &length);

  const int terminal = dup(STDERR_FILENO);
  const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (terminal >= 0 && nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  const bool opened = dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL) != nullptr;
  const char* message = opened ? nullptr : dlerror();
  if (terminal >= 0 && nowhere >= 0) dup2(terminal, STDERR_FILENO);
  if (terminal >= 0) close(terminal);
  if (nowhere >= 0) close(nowhere);

  napi_create_string_utf8(env, message == nullptr ? "" : message, NAPI_AUTO_LENGTH, &result);
  return result;
}

}  // namespace

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "openQuietly", NAPI_AUTO_LENGTH, OpenQuietly, nullptr, &function);
  napi_set_named_property(env, exports, "openQuietly", function);
  return exports;
}
