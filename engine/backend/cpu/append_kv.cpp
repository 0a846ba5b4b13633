/// engine/backend/cpu/append_kv.cpp: cache[position + t] = x[t], rounded to the type of the cache.
#include <cstring>

#include "engine/backend/cpu/scalar_ops.h"
#include "engine/core/float16.h"
#include "engine/quant/quantize.h"

namespace soliloquy::cpu {
namespace {

class ScalarAppendKv final : public CpuOp {
  public:
    ScalarAppendKv(const AppendKv& op, const Binding& binding) : cache_(binding.cache(op.cache)), x_(binding.rows(op.x)) {}

    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(step.tokens());
        for (size_t t = begin; t < end; ++t) {
            const float* x = x_.row(t).data();
            std::byte* row = cache_.row(step.position + t);
            if (cache_.type == DType::f32) {
                std::memcpy(row, x, cache_.columns * sizeof(float));
            } else if (cache_.type == DType::q8_0) {
                (void)quantize_row(DType::q8_0, x, row, cache_.columns);  // whole blocks: validate() saw to it
            } else {
                auto* half = reinterpret_cast<uint16_t*>(row);
                for (size_t i = 0; i < cache_.columns; ++i) half[i] = f32_to_f16(x[i]);
            }
        }
    }

  private:
    CacheRows cache_;
    Matrix<float> x_;
};

}  // namespace

OpPointer make_scalar(const AppendKv& op, const Binding& binding) { return std::make_unique<ScalarAppendKv>(op, binding); }

}  // namespace soliloquy::cpu
