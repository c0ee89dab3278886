/*
 * Changes a compressed program outside its code section, seals it again, and loads and runs it: it must be refused, or
 * run inside its buffers. What is changed is in turn the compressed bytes, and what they hold, which is then stored
 * plain or compressed. Built with the address and undefined-behaviour sanitizers; as those do not see what machine code does,
 * every buffer ends at a page that cannot be read (IOPT_GUARD_PAGES does the same for arena, weights and scratch).
 *
 *   fuzz-program PROGRAM COUNT SEED
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lz4.h"
#include "pool.h"
#include "program.h"
#include "run.h"

#define HEADER_BYTES 256
#define STORED_BYTES 16
#define STORAGE 168
#define PLAIN_BYTES 176
#define DIGEST_OFFSET 224
#define SECTION_TABLE 56
#define SECTIONS 7
#define PAGE 4096
/* Larger buffers are not made: what declares them counts as refused. */
#define MAX_BUFFER ((uint64_t)1 << 22)

static uint64_t state;

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

typedef struct buffer {
  uint8_t *bytes; /* ends where an unreadable page begins */
  void *mapping;
  size_t mapped;
} buffer;

static buffer make_buffer(uint64_t size) {
  buffer made;
  const size_t inner = (size_t)((size + PAGE - 1) / PAGE * PAGE);
  made.mapped = inner + 2 * PAGE;
  made.mapping = mmap(NULL, made.mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (made.mapping == MAP_FAILED) abort();
  uint8_t *first = (uint8_t *)made.mapping + PAGE;
  if (mprotect(made.mapping, PAGE, PROT_NONE) != 0 || mprotect(first + inner, PAGE, PROT_NONE) != 0) abort();
  made.bytes = first + inner - size;
  return made;
}

static void free_buffer(buffer *made) { munmap(made->mapping, made->mapped); }

static uint64_t read_u64(const uint8_t *at) {
  uint64_t value;
  memcpy(&value, at, sizeof value);
  return value;
}

static void write_u64(uint8_t *at, uint64_t value) { memcpy(at, &value, sizeof value); }

/* Sets what the header says of how a program is stored. */
static void describe(uint8_t *program, uint64_t storage, uint64_t stored, uint64_t plain) {
  write_u64(program + STORED_BYTES, stored);
  write_u64(program + STORAGE, storage);
  write_u64(program + PLAIN_BYTES, plain);
}

/* The content of a program that is compressed. */
static uint8_t *expand(const uint8_t *program, size_t size, size_t *plain) {
  *plain = (size_t)read_u64(program + PLAIN_BYTES);
  uint8_t *made = malloc(*plain);
  memcpy(made, program, HEADER_BYTES);
  const uint8_t *block = program + HEADER_BYTES;
  if (!iopt_lz4_decode(block, size - HEADER_BYTES, made + HEADER_BYTES, *plain - HEADER_BYTES)) abort();
  describe(made, 0, *plain, *plain);
  return made;
}

/* A program compressed into a block that has literals only. */
static uint8_t *compress(const uint8_t *plain, size_t plain_size, size_t *size) {
  const size_t content = plain_size - HEADER_BYTES, more = content - 15;
  *size = HEADER_BYTES + 1 + more / 255 + 1 + content;
  uint8_t *made = malloc(*size), *at = made + HEADER_BYTES;
  memcpy(made, plain, HEADER_BYTES);
  *at++ = 0xf0;
  memset(at, 255, more / 255);
  at += more / 255;
  *at++ = (uint8_t)(more % 255);
  memcpy(at, plain + HEADER_BYTES, content);
  describe(made, 1, *size, plain_size);
  return made;
}

/* A byte outside the code section, as often in the tables as in the data and names, which are much larger. */
static size_t position(const uint8_t *program, size_t code_at) {
  if (next() % 4 == 0) return (size_t)(next() % code_at);
  const uint64_t section = next() % (SECTIONS - 1);
  const uint64_t offset = read_u64(program + SECTION_TABLE + 16 * section);
  const uint64_t size = read_u64(program + SECTION_TABLE + 16 * section + 8);
  if (next() % 5 == 0 || size == 0) return (size_t)(next() % 256);
  return (size_t)(offset + next() % size);
}

/* Changes some bytes of a plain program before `code_at`. */
static void mutate(uint8_t *program, const uint8_t *original, size_t code_at) {
  static const uint64_t numbers[] = {0, 1, 2, 3, 4, 7, 8, 63, 64, 65, 255, 256, 4096, 0x7fffffff, 0x80000000, 0xffffffff,
                                     (uint64_t)1 << 40, (uint64_t)1 << 62, INT64_MAX, (uint64_t)INT64_MIN, UINT64_MAX};
  for (uint64_t count = 1 + next() % 3; count > 0; count--) {
    const size_t at = position(original, code_at);
    const size_t width = (size_t)1 << next() % 4;
    const size_t aligned = at / width * width;
    uint64_t value = numbers[next() % (sizeof numbers / sizeof *numbers)];
    if (next() % 2 == 0) {
      memcpy(&value, program + aligned, width);
      value += next() % 9 - 4;
    } else if (next() % 4 == 0)
      value = next();
    if (next() % 3 == 0)
      program[at] ^= (uint8_t)(1u << next() % 8);
    else if (aligned + width <= code_at)
      memcpy(program + aligned, &value, width);
  }
}

/* Changes some bytes of a compressed program, most of them in the block. */
static void mutate_block(uint8_t *program, size_t size) {
  for (uint64_t count = 1 + next() % 3; count > 0; count--) {
    const size_t block = HEADER_BYTES + (size_t)(next() % (size - HEADER_BYTES));
    const size_t at = next() % 8 == 0 ? STORAGE + (size_t)(next() % 16) : block;
    const uint64_t kind = next() % 4;
    program[at] = kind == 0   ? 0
                  : kind == 1 ? 255
                  : kind == 2 ? (uint8_t)next()
                              : (uint8_t)(program[at] ^ (1u << next() % 8));
  }
}

/* Constants of the declared sizes, and their digest, which the program under test did not have to know. */
static int bind(infer_opt_program *program, buffer *constants, iopt_error *error) {
  const void **data = calloc(program->input_count + 1, sizeof *data);
  uint64_t *sizes = calloc(program->input_count + 1, sizeof *sizes);
  iopt_sha256 hash;
  iopt_sha256_begin(&hash);
  for (uint32_t i = 0; i < program->input_count; i++) {
    if (!program->inputs[i].constant) continue;
    for (uint64_t b = 0; b < program->inputs[i].bytes; b++) constants[i].bytes[b] = (uint8_t)next();
    data[i] = constants[i].bytes;
    sizes[i] = program->inputs[i].bytes;
    iopt_sha256_add(&hash, data[i], (size_t)sizes[i]);
  }
  iopt_sha256_end(&hash, program->constants_digest);
  const int status = iopt_program_bind(program, data, sizes, error);
  free(data);
  free(sizes);
  return status;
}

static int bind_and_run(infer_opt_program *program, buffer *inputs, buffer *outputs, iopt_error *error) {
  if (bind(program, inputs, error) != 0) return -1;
  const void **in = calloc(program->activation_count + 1, sizeof *in);
  void **out = calloc(program->output_count + 1, sizeof *out);
  for (uint32_t i = 0; i < program->input_count; i++)
    if (!program->inputs[i].constant) in[program->inputs[i].activation] = inputs[i].bytes;
  for (uint32_t i = 0; i < program->output_count; i++) out[i] = outputs[i].bytes;
  const iopt_run run = {in, out, 1, 1 + (uint32_t)(next() % 2), NULL};
  const int status = iopt_run_program(program, &run, &iopt_pool_threads, error);
  free(in);
  free(out);
  return status;
}

static bool is_small(const infer_opt_program *program) {
  for (uint32_t i = 0; i < program->input_count; i++)
    if (program->inputs[i].bytes > MAX_BUFFER) return false;
  for (uint32_t i = 0; i < program->output_count; i++)
    if (program->outputs[i].bytes > MAX_BUFFER) return false;
  return program->input_count < 64 && program->output_count < 64;
}

/* True when it ran. */
static bool try_program(const uint8_t *bytes, size_t size, iopt_error *error) {
  infer_opt_program *program = iopt_program_open(bytes, size, error);
  if (program == NULL) return false;
  bool ran = false;
  if (is_small(program)) {
    buffer inputs[64], outputs[64];
    for (uint32_t i = 0; i < program->input_count; i++) inputs[i] = make_buffer(program->inputs[i].bytes);
    for (uint32_t i = 0; i < program->output_count; i++) outputs[i] = make_buffer(program->outputs[i].bytes);
    ran = bind_and_run(program, inputs, outputs, error) == 0;
    for (uint32_t i = 0; i < program->input_count; i++) free_buffer(&inputs[i]);
    for (uint32_t i = 0; i < program->output_count; i++) free_buffer(&outputs[i]);
  }
  iopt_program_free(program);
  return ran;
}

static uint8_t *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) abort();
  uint8_t *bytes = malloc(1 << 24);
  *size = fread(bytes, 1, 1 << 24, file);
  fclose(file);
  return bytes;
}

/* A copy of its very size, so that reading past its end is seen. */
static uint8_t *copy_of(const uint8_t *bytes, size_t size) {
  uint8_t *copy = malloc(size);
  memcpy(copy, bytes, size);
  return copy;
}

typedef struct sample {
  uint8_t *stored, *plain;
  size_t stored_size, plain_size, code_at;
} sample;

/* True when the changed program ran. */
static bool try_changed(const sample *sample, iopt_error *error) {
  const uint64_t kind = next() % 4;
  size_t size = kind == 0 ? sample->stored_size : sample->plain_size;
  uint8_t *changed = copy_of(kind == 0 ? sample->stored : sample->plain, size);
  if (kind == 0)
    mutate_block(changed, size);
  else
    mutate(changed, sample->plain, sample->code_at);
  if (kind == 1) {
    uint8_t *compressed = compress(changed, sample->plain_size, &size);
    free(changed);
    changed = compressed;
  }
  iopt_sha256_sealed(changed, size, DIGEST_OFFSET, changed + DIGEST_OFFSET);
  const bool ran = try_program(changed, size, error);
  free(changed);
  return ran;
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  sample sample;
  sample.stored = read_file(arguments[1], &sample.stored_size);
  sample.plain = expand(sample.stored, sample.stored_size, &sample.plain_size);
  sample.code_at = (size_t)read_u64(sample.plain + SECTION_TABLE + 16 * (SECTIONS - 1));
  state = strtoull(arguments[3], NULL, 10) * 0x9e3779b97f4a7c15u + 1;
  char text[512] = "";
  iopt_error error = {text, sizeof text};
  if (!try_program(sample.stored, sample.stored_size, &error)) {
    fprintf(stderr, "the unchanged program does not run: %s\n", text);
    return 1;
  }
  uint64_t ran = 0, refused = 0;
  for (uint64_t left = strtoull(arguments[2], NULL, 10); left > 0; left--)
    if (try_changed(&sample, &error))
      ran++;
    else
      refused++;
  printf("%llu ran, %llu refused\n", (unsigned long long)ran, (unsigned long long)refused);
  free(sample.stored);
  free(sample.plain);
  return 0;
}
