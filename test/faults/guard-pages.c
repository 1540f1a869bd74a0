// An allocator to preload: every block of GUARD_BYTES or more ends at a page that cannot be accessed, so that a write
// or read past its end stops the process. A block starts at a multiple of 64 bytes, as TensorFlow's tensors do: its end
// is rounded up to such a multiple.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void __libc_free(void *);

enum { alignment = 64, slots = 1 << 16 };
static const size_t largest = 64u << 20;
static const uintptr_t freed = 1;

// The guarded blocks, by address: a hash table with linear probing. A process may map no more than about 65,000 areas.
static struct { uintptr_t address; char *area; size_t length, size; } blocks[slots];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static unsigned slot_of(uintptr_t address) { return (unsigned)((address / alignment) * 2654435761u) % slots; }

static int is_guarded(size_t size) {
  static long least = -1;
  if (least < 0) {
    const char *given = getenv("GUARD_BYTES");
    least = given == NULL ? 0 : atol(given);
  }
  return least > 0 && size >= (size_t)least && size <= largest;
}

// NULL if the block cannot be guarded.
static void *guarded(size_t size, size_t aligned) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const size_t step = aligned < alignment ? alignment : aligned;
  if (step > page) return NULL;
  const size_t whole = (size + step - 1) / step * step, data = (whole + page - 1) / page * page;
  char *area = mmap(NULL, data + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (area == MAP_FAILED) return NULL;
  if (mprotect(area + data, page, PROT_NONE) != 0) {
    munmap(area, data + page);
    return NULL;
  }
  const uintptr_t address = (uintptr_t)(area + data - whole);
  pthread_mutex_lock(&lock);
  unsigned slot = slot_of(address), tried = 0;
  for (; blocks[slot].address > freed && tried < slots; tried++) slot = (slot + 1) % slots;
  if (tried < slots) {
    blocks[slot].address = address, blocks[slot].area = area;
    blocks[slot].length = data + page, blocks[slot].size = size;
  }
  pthread_mutex_unlock(&lock);
  if (tried == slots) {
    munmap(area, data + page);
    return NULL;
  }
  return (void *)address;
}

// The slot of a guarded block; -1 if it is not guarded. Needs the lock.
static int find(const void *block) {
  unsigned slot = slot_of((uintptr_t)block);
  for (unsigned tried = 0; blocks[slot].address != 0 && tried < slots; tried++, slot = (slot + 1) % slots)
    if (blocks[slot].address == (uintptr_t)block) return (int)slot;
  return -1;
}

static size_t guarded_size(const void *block) {
  pthread_mutex_lock(&lock);
  const int slot = find(block);
  const size_t size = slot < 0 ? 0 : blocks[slot].size;
  pthread_mutex_unlock(&lock);
  return size;
}

void *malloc(size_t size) {
  void *block = is_guarded(size) ? guarded(size, alignment) : NULL;
  return block != NULL ? block : __libc_malloc(size);
}

void *calloc(size_t count, size_t each) {
  // New pages are zeros.
  void *block = each != 0 && count <= largest / each && is_guarded(count * each) ? guarded(count * each, alignment) : NULL;
  return block != NULL ? block : __libc_calloc(count, each);
}

void *memalign(size_t aligned, size_t size) {
  void *block = is_guarded(size) ? guarded(size, aligned) : NULL;
  return block != NULL ? block : __libc_memalign(aligned, size);
}

void *aligned_alloc(size_t aligned, size_t size) { return memalign(aligned, size); }

int posix_memalign(void **result, size_t aligned, size_t size) {
  void *block = memalign(aligned, size);
  if (block == NULL) return ENOMEM;
  *result = block;
  return 0;
}

void free(void *block) {
  if (block == NULL) return;
  pthread_mutex_lock(&lock);
  const int slot = find(block);
  char *area = NULL;
  size_t length = 0;
  if (slot >= 0) area = blocks[slot].area, length = blocks[slot].length, blocks[slot].address = freed;
  pthread_mutex_unlock(&lock);
  if (area == NULL) __libc_free(block);
  else munmap(area, length);
}

void *realloc(void *block, size_t size) {
  const size_t before = block == NULL ? 0 : guarded_size(block);
  if (before == 0) return __libc_realloc(block, size);
  void *moved = malloc(size);
  if (moved == NULL) return NULL;
  memcpy(moved, block, before < size ? before : size);
  free(block);
  return moved;
}

size_t malloc_usable_size(void *block) {
  const size_t size = block == NULL ? 0 : guarded_size(block);
  if (size > 0) return size;
  if (block == NULL) return 0;
  // glibc keeps the size of a chunk before the block, with three flags; the second says that it has an area of its own.
  const size_t chunk = ((size_t *)block)[-1];
  return (chunk & ~(size_t)7) - (chunk & 2 ? 2 : 1) * sizeof(size_t);
}
