// Writes a byte at a place of a block of 2048 bytes, whose allocation is named: `overrun malloc 2048` is past its end.
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

int main(int count, char **words) {
  if (count != 3) return 2;
  char *block = NULL;
  if (strcmp(words[1], "malloc") == 0) block = malloc(2048);
  if (strcmp(words[1], "calloc") == 0) block = calloc(2, 1024);
  if (strcmp(words[1], "memalign") == 0) block = memalign(64, 2048);
  if (strcmp(words[1], "realloc") == 0) block = realloc(malloc(1500), 2048);
  if (block == NULL) return 2;
  ((volatile char *)block)[atol(words[2])] = 1;
  free(block);
  return 0;
}
