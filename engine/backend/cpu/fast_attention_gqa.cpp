/// engine/backend/cpu/fast_attention_gqa.cpp: the query heads of one KV head are rows of one product with its keys.
#include "engine/backend/cpu/attention_core.h"
#include "engine/backend/cpu/fast_ops.h"

namespace soliloquy::cpu {
namespace {

class FastAttentionGqa final : public CpuOp {
  public:
    explicit FastAttentionGqa(AttentionCore core) : core_(std::move(core)) {}
    void run(const Step& step, const Worker& worker) const noexcept override { core_.run(step, worker); }
    [[nodiscard]] size_t scratch_floats() const noexcept override { return core_.scratch_floats(); }

  private:
    AttentionCore core_;
};

}  // namespace

Result<OpPointer> make_fast_attention_gqa(const CpuKernels& kernels, const AttentionGqa& op, const Binding& binding) {
    const CacheRows k = binding.cache(op.k), v = binding.cache(op.v);
    const AttentionShape shape{.n_heads = op.n_heads,
                               .heads_per_group = op.n_heads / op.n_kv_heads,
                               .n_kv_heads = op.n_kv_heads,
                               .key_dim = k.columns / op.n_kv_heads,
                               .value_dim = v.columns / op.n_kv_heads,
                               .window = op.window,
                               .scale = op.scale,
                               .sinks = binding.vector(op.sinks)};
    ASSIGN_OR_RETURN(AttentionCore core, AttentionCore::create(kernels, shape, binding.rows(op.q), binding.rows(op.y), k, v));
    return OpPointer(std::make_unique<FastAttentionGqa>(std::move(core)));
}

}  // namespace soliloquy::cpu
