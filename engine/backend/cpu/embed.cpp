/// engine/backend/cpu/embed.cpp: y[t] = dequantised row ids[t] of the table.
#include "engine/backend/cpu/scalar_ops.h"
#include "engine/quant/dequantize.h"

namespace soliloquy::cpu {
namespace {

class ScalarEmbed final : public CpuOp {
  public:
    ScalarEmbed(Matrix<float> y, const Weight& table) : y_(y), table_(table) {}
    void run(const Step& step, const Worker& worker) const noexcept override {
        const auto [begin, end] = worker.share(step.tokens());
        for (size_t t = begin; t < end; ++t) dequantize_row(table_.type, table_.row(step.ids[t]), y_.row(t).data(), y_.columns);
    }

  private:
    Matrix<float> y_;
    Weight table_;
};

}  // namespace

OpPointer make_scalar(const Embed& op, const Binding& binding) {
    return std::make_unique<ScalarEmbed>(binding.rows(op.y), binding.weight(op.table));
}

}  // namespace soliloquy::cpu
