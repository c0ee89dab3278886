/* A driver of two GPUs for tests: one with a counter of energy, one that tells its power only. FAKE_NVML says what is
   otherwise. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define OK 0
#define NOT_SUPPORTED 3
#define NO_DRIVER 9

typedef struct gpu {
  const char *name;
  unsigned celsius;
  unsigned milliwatts;
  int counts;
} gpu;

static gpu gpus[] = {{"Counting GPU", 41, 70000, 1}, {"Old GPU", 55, 120500, 0}};
static int started;

#ifndef FAKE_NVML
#define FAKE_NVML ""
#endif

static int asked(const char *what) { return strstr(FAKE_NVML, what) != NULL; }

int nvmlInit_v2(void) {
  if (asked("stopped")) return NO_DRIVER;
  if (asked("crash")) abort();
  started++;
  return OK;
}

int nvmlShutdown(void) {
  if (started == 0) abort();
  started--;
  return OK;
}

const char *nvmlErrorString(int status) {
  return status == NOT_SUPPORTED ? "Not Supported" : status == NO_DRIVER ? "Driver Not Loaded" : "Unknown Error";
}

static int text(char *to, unsigned size, const char *from) {
  if (strlen(from) + 1 > size) return 7;
  strcpy(to, from);
  return OK;
}

int nvmlSystemGetDriverVersion(char *version, unsigned size) { return text(version, size, "590.12"); }

int nvmlDeviceGetCount_v2(unsigned *count) {
  *count = asked("none") ? 0 : asked("one") ? 1 : 2;
  return OK;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned index, gpu **device) {
  if (started == 0) abort();
  *device = &gpus[index];
  return OK;
}

int nvmlDeviceGetName(gpu *device, char *name, unsigned size) { return text(name, size, device->name); }

int nvmlDeviceGetTemperature(gpu *device, int sensor, unsigned *celsius) {
  if (sensor != 0) return 2;
  *celsius = device->celsius;
  return OK;
}

int nvmlDeviceGetPowerUsage(gpu *device, unsigned *milliwatts) {
  if (asked("silent")) return NOT_SUPPORTED;
  *milliwatts = device->milliwatts;
  return OK;
}

/* 70 watts since some time long ago: more millijoules than 32 bits hold. */
int nvmlDeviceGetTotalEnergyConsumption(gpu *device, unsigned long long *millijoules) {
  struct timespec now;
  if (!device->counts || asked("silent")) return NOT_SUPPORTED;
  clock_gettime(CLOCK_MONOTONIC, &now);
  const double milliseconds = 1e3 * (double)now.tv_sec + (double)now.tv_nsec / 1e6;
  *millijoules = (1ull << 40) + (unsigned long long)(70 * milliseconds);
  return OK;
}
