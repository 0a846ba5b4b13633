/// engine/backend/cpu/fast_attention_gqa.cpp: the query heads of one KV head are rows of one product with its keys.
#include "engine/backend/cpu/attention_core.h"
#include "engine/backend/cpu/fast_ops.h"

namespace soliloquy::cpu {
namespace {

class FastAttentionGqa final : public CpuOp {
  public:
    FastAttentionGqa(const AttentionCore& core, const AttentionGqa& op, const Binding& binding)
        : core_(core), q_(binding.rows(op.q)), y_(binding.rows(op.y)), shared_(binding.scratch()) {
        binding.scratch()->need(core_.split_floats() * sizeof(float));
    }
    void run(const Step& step, const Worker& worker) const noexcept override { core_.run(step, worker, {q_, y_, shared_->floats(0)}); }
    [[nodiscard]] size_t scratch_floats() const noexcept override { return core_.scratch_floats(); }

  private:
    AttentionCore core_;
    Matrix<float> q_, y_;
    std::shared_ptr<const SharedScratch> shared_;
};

}  // namespace

OpPointer make_fast_attention_gqa(const CpuKernels& kernels, const AttentionGqa& op, const Binding& binding) {
    const CacheRows k = binding.cache(op.k), v = binding.cache(op.v);
    const AttentionShape shape{.n_heads = op.n_heads,
                               .heads_per_group = op.n_heads / op.n_kv_heads,
                               .n_kv_heads = op.n_kv_heads,
                               .key_dim = k.columns / op.n_kv_heads,
                               .value_dim = v.columns / op.n_kv_heads,
                               .window = op.window,
                               .scale = op.scale,
                               .sinks = binding.vector(op.sinks)};
    return std::make_unique<FastAttentionGqa>(AttentionCore(kernels, shape, k, v), op, binding);
}

}  // namespace soliloquy::cpu
