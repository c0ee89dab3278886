/*
 * The code section: headers and machine code of the kernels. What bounds the memory a kernel touches stands here,
 * beside the code itself and under a digest of its own, so that no change elsewhere in a program can make a kernel
 * leave its buffers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program.h"
#include "reader.h"

#define CODE_HEADER_BYTES 64
#define CODE_DIGEST_OFFSET 24
#define KERNEL_BYTES 48
#define ARGUMENT_BYTES 16
#define CODE_ALIGNMENT 64
/* 1 TiB: sums of two such sizes cannot overflow. */
#define MAX_BYTES ((uint64_t)1 << 40)

typedef struct kernel_record {
  uint32_t code_offset, code_bytes, argument_offset, argument_count;
  uint64_t extent, grain, scratch_bytes;
  uint32_t features;
} kernel_record;

static kernel_record read_record(iopt_section code, uint32_t index) {
  const uint8_t *at = code.bytes + CODE_HEADER_BYTES + (size_t)index * KERNEL_BYTES;
  iopt_reader reader = {at, at + KERNEL_BYTES, false};
  kernel_record record;
  record.code_offset = iopt_read_u32(&reader);
  record.code_bytes = iopt_read_u32(&reader);
  record.argument_offset = iopt_read_u32(&reader);
  record.argument_count = iopt_read_u32(&reader);
  record.extent = iopt_read_u64(&reader);
  record.grain = iopt_read_u64(&reader);
  record.scratch_bytes = iopt_read_u64(&reader);
  record.features = iopt_read_u32(&reader);
  return record;
}

static bool lies_inside(iopt_section code, uint32_t offset, uint64_t bytes) {
  return offset <= code.size && bytes <= code.size - offset;
}

static int read_kernel(infer_opt_program *program, iopt_section code, uint32_t index, iopt_error *error) {
  const kernel_record record = read_record(code, index);
  if (!lies_inside(code, record.code_offset, record.code_bytes) || record.code_bytes == 0 ||
      record.code_offset % CODE_ALIGNMENT != 0)
    return iopt_fail(error, "the code of kernel %u lies outside its section", index);
  if (record.argument_count > IOPT_MAX_ARGUMENTS ||
      !lies_inside(code, record.argument_offset, (uint64_t)record.argument_count * ARGUMENT_BYTES))
    return iopt_fail(error, "kernel %u has wrong arguments", index);
  if (record.extent < 1 || record.extent > MAX_BYTES || record.grain < 1 || record.scratch_bytes > MAX_BYTES)
    return iopt_fail(error, "kernel %u has a wrong extent, grain or scratch", index);
  if ((record.features & ~program->features) != 0)
    return iopt_fail(error, "kernel %u needs CPU features the program does not name", index);

  iopt_kernel *kernel = &program->kernels[index];
  kernel->code_offset = record.code_offset;
  kernel->extent = record.extent;
  kernel->grain = record.grain;
  kernel->scratch_bytes = record.scratch_bytes;
  kernel->argument_count = record.argument_count;
  kernel->first_argument = program->argument_count;
  if (record.scratch_bytes > program->scratch_bytes) program->scratch_bytes = record.scratch_bytes;
  const uint8_t *at = code.bytes + record.argument_offset;
  iopt_reader reader = {at, at + (size_t)record.argument_count * ARGUMENT_BYTES, false};
  for (uint32_t i = 0; i < record.argument_count; i++) {
    iopt_argument *argument = &program->arguments[program->argument_count++];
    argument->bytes = iopt_read_u64(&reader);
    argument->alignment = iopt_read_u32(&reader);
    argument->access = iopt_read_u32(&reader);
    if (argument->bytes > MAX_BYTES || argument->access < IOPT_READ || argument->access > IOPT_READWRITE ||
        argument->alignment < 1 || argument->alignment > IOPT_ALIGNMENT ||
        (argument->alignment & (argument->alignment - 1)) != 0)
      return iopt_fail(error, "argument %u of kernel %u is wrong", i, index);
  }
  return 0;
}

int iopt_kernels_read(infer_opt_program *program, iopt_error *error) {
  const iopt_section code = program->code_section;
  if (code.size < CODE_HEADER_BYTES || code.size > UINT32_MAX || memcmp(code.bytes, "IOPTCODE", 8) != 0)
    return iopt_fail(error, "the code section is missing");
  iopt_reader reader = {code.bytes + 8, code.bytes + CODE_DIGEST_OFFSET, false};
  const uint32_t count = iopt_read_u32(&reader);
  iopt_read_u32(&reader);
  if (iopt_read_u64(&reader) != code.size) return iopt_fail(error, "the code section is cut");
  iopt_sha256_sealed(code.bytes, (size_t)code.size, CODE_DIGEST_OFFSET, program->code_digest);
  if (memcmp(program->code_digest, code.bytes + CODE_DIGEST_OFFSET, IOPT_DIGEST_BYTES) != 0)
    return iopt_fail(error, "the code section was changed after it was made: its digest differs");
  if (count > IOPT_MAX_COUNT || (uint64_t)count * KERNEL_BYTES > code.size - CODE_HEADER_BYTES)
    return iopt_fail(error, "the code section has too many kernels");
  program->code_bytes = code.size;
  program->kernel_count = count;
  program->kernels = calloc(count + 1u, sizeof *program->kernels);
  uint64_t arguments = 0;
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t own = read_record(code, i).argument_count;
    arguments += own <= IOPT_MAX_ARGUMENTS ? own : 0;
  }
  program->arguments = calloc((size_t)arguments + 1, sizeof *program->arguments);
  if (program->kernels == NULL || program->arguments == NULL) return iopt_fail(error, "no memory");
  for (uint32_t i = 0; i < count; i++)
    if (read_kernel(program, code, i, error) != 0) return -1;
  return 0;
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* The first word of a line is a digest in hex, as sha256sum prints it. */
static bool line_names(const char *line, const uint8_t digest[IOPT_DIGEST_BYTES]) {
  for (int i = 0; i < IOPT_DIGEST_BYTES; i++) {
    const int high = hex_digit(line[2 * i]);
    if (high < 0) return false;
    const int low = hex_digit(line[2 * i + 1]);
    if (low < 0 || digest[i] != (high << 4 | low)) return false;
  }
  return true;
}

int iopt_code_trusted(const uint8_t digest[IOPT_DIGEST_BYTES], iopt_error *error) {
  const char *path = getenv("INFER_OPT_TRUST");
  if (path == NULL || path[0] == '\0') return 0;
  FILE *file = fopen(path, "r");
  if (file == NULL) return iopt_fail(error, "the file %s that INFER_OPT_TRUST names cannot be read", path);
  char line[512];
  bool found = false;
  while (!found && fgets(line, sizeof line, file) != NULL) found = line_names(line, digest);
  fclose(file);
  if (found) return 0;
  char hex[2 * IOPT_DIGEST_BYTES + 1];
  for (int i = 0; i < IOPT_DIGEST_BYTES; i++) snprintf(hex + 2 * i, 3, "%02x", digest[i]);
  return iopt_fail(error, "the code of this program (sha256 %s) is not listed in %s, which INFER_OPT_TRUST names", hex,
                   path);
}
