// Records every kernel, copy and fill that a GPU runs, through CUPTI, NVIDIA's tracing interface.
// CUDA graphs are recorded kernel by kernel. `tracer.ts` compiles this file and calls its functions.
//
// Source: CUPTI's documentation, "CUPTI Activity API".
#include <cupti.h>
#include <cxxabi.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace {

#if CUPTI_API_VERSION >= 130000
using Kernel = CUpti_ActivityKernel10;
#else
using Kernel = CUpti_ActivityKernel9;
#endif

constexpr size_t kBufferBytes = 8 << 20;
constexpr CUpti_ActivityKind kKinds[] = {CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL,
                                         CUPTI_ACTIVITY_KIND_MEMCPY, CUPTI_ACTIVITY_KIND_MEMSET};

struct Activity {
  uint64_t start, end;  // nanoseconds
  const char *name;     // one of `names`
};

// Never freed: CUPTI hands over its last buffers when the process is already ending.
auto &mutex = *new std::mutex;
auto &activities = *new std::vector<Activity>;
auto &names = *new std::set<std::string>;
size_t dropped = 0;
uint64_t since = 0;  // graphs that were made while recording are recorded ever after

void CUPTIAPI request(uint8_t **buffer, size_t *size, size_t *most) {
  *buffer = static_cast<uint8_t *>(std::aligned_alloc(8, kBufferBytes));
  *size = kBufferBytes;
  *most = 0;  // as many as fit
}

void keep(uint64_t start, uint64_t end, const char *name) {
  if (start < since) return;
  activities.push_back({start, end, names.insert(name).first->c_str()});
}

void CUPTIAPI complete(CUcontext context, uint32_t stream, uint8_t *buffer, size_t, size_t valid) {
  std::lock_guard<std::mutex> lock(mutex);
  CUpti_Activity *record = nullptr;
  while (cuptiActivityGetNextRecord(buffer, valid, &record) == CUPTI_SUCCESS) {
    if (record->kind == CUPTI_ACTIVITY_KIND_CONCURRENT_KERNEL) {
      auto *kernel = reinterpret_cast<Kernel *>(record);
      keep(kernel->start, kernel->end, kernel->name);
    } else if (record->kind == CUPTI_ACTIVITY_KIND_MEMCPY) {
      // The fields used here are in the same place in every version of the record.
      auto *copy = reinterpret_cast<CUpti_ActivityMemcpy5 *>(record);
      const bool is_inside = copy->copyKind == CUPTI_ACTIVITY_MEMCPY_KIND_DTOD;
      keep(copy->start, copy->end, is_inside ? "copy on the GPU" : "copy from or to the host");
    } else if (record->kind == CUPTI_ACTIVITY_KIND_MEMSET) {
      auto *fill = reinterpret_cast<CUpti_ActivityMemset4 *>(record);
      keep(fill->start, fill->end, "fill");
    }
  }
  size_t lost = 0;
  cuptiActivityGetNumDroppedRecords(context, stream, &lost);
  dropped += lost;
  std::free(buffer);
}

}  // namespace

extern "C" {

// Starts to record; first before anything runs on the GPU. Gives CUPTI's code, 0 if all is well.
int32_t start_tracing() {
  static const CUptiResult registered = cuptiActivityRegisterCallbacks(request, complete);
  CUptiResult result = registered;
  for (auto kind : kKinds) {
    if (result == CUPTI_SUCCESS) result = cuptiActivityEnable(kind);
  }
  if (result == CUPTI_SUCCESS) result = cuptiActivityFlushAll(CUPTI_ACTIVITY_FLAG_FLUSH_FORCED);
  std::lock_guard<std::mutex> lock(mutex);
  if (result == CUPTI_SUCCESS) result = cuptiGetTimestamp(&since);
  activities.clear();
  dropped = 0;
  return result;
}

// Stops, and writes a line for each activity: start, duration (ns) and name, apart by tabs. Gives
// CUPTI's code, or -1 if some activities were lost, or -2 if the file cannot be written.
int32_t stop_tracing(const char *path) {
  CUptiResult result = cuptiActivityFlushAll(CUPTI_ACTIVITY_FLAG_FLUSH_FORCED);
  for (auto kind : kKinds) {
    if (result == CUPTI_SUCCESS) result = cuptiActivityDisable(kind);
  }
  if (result != CUPTI_SUCCESS) return result;
  std::lock_guard<std::mutex> lock(mutex);
  FILE *file = std::fopen(path, "w");
  if (file == nullptr) return -2;
  for (const auto &[start, end, name] : activities) {
    int status = 0;
    char *plain = abi::__cxa_demangle(name, nullptr, nullptr, &status);
    std::fprintf(file, "%llu\t%llu\t%s\n", static_cast<unsigned long long>(start),
                 static_cast<unsigned long long>(end - start), status == 0 ? plain : name);
    std::free(plain);
  }
  if (std::fclose(file) != 0) return -2;
  return dropped == 0 ? 0 : -1;
}

}  // extern "C"
