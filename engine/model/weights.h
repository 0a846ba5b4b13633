/// engine/model/weights.h: the strict table of a model's tensors: every one is there with the shape its hyperparameters give, or the
/// file is refused with the tensor's name.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "engine/backend/memory.h"
#include "engine/model/config.h"
#include "engine/ops/tensor.h"

namespace soliloquy {

/// Finds tensors by name and checks them.
class TensorTable {
  public:
    explicit TensorTable(const GgufFile& file) : file_(file) {}

    /// [in, out] in the order of the file; any type that can be multiplied.
    Result<Weight> matrix(const std::string& name, uint64_t in, uint64_t out);
    /// [in, out, slices].
    Result<Weight> stack(const std::string& name, uint64_t in, uint64_t out, uint64_t slices);
    /// F32 [size], or [size, slices] as one row per slice.
    Result<Weight> vector(const std::string& name, uint64_t size, uint64_t slices = 1);
    [[nodiscard]] bool has(const std::string& name) const { return file_.find_tensor(name) != nullptr; }

    /// Names in the file that nothing asked for: blocks for predicting several tokens, tensors of later versions.
    [[nodiscard]] std::vector<std::string> unknown() const;

  private:
    Result<Weight> find(const std::string& name, uint64_t in, uint64_t out, uint64_t slices, bool must_be_f32);

    const GgufFile& file_;
    std::unordered_set<std::string_view> known_;
};

struct AttentionWeights {
    Weight norm;
    Weight q, k, v, output;                                    ///< GQA; q also MLA without q_lora
    Weight q_bias, k_bias, v_bias, output_bias;                ///< optional
    Weight q_norm, k_norm, sinks;                              ///< optional
    Weight q_a, q_a_norm, q_b, kv_a_mqa, kv_a_norm, k_b, v_b;  ///< MLA
};

struct FeedForwardWeights {
    Weight norm;
    Weight gate, up, down;                    ///< dense
    Weight gate_inp, gate_inp_bias, probs_b;  ///< router
    Weight gate_exps, up_exps, down_exps;
    Weight gate_exps_bias, up_exps_bias, down_exps_bias;  ///< optional
    Weight gate_shexp, up_shexp, down_shexp;              ///< optional
};

struct LayerWeights {
    AttentionWeights attention;
    FeedForwardWeights feed_forward;
};

struct ModelWeights {
    Weight token_embd, output_norm, output;
    bool output_is_tied = false;  ///< output is token_embd
    Weight rope_freqs;            ///< optional
    std::vector<LayerWeights> layers;
    std::vector<Memory> rearranged;    ///< tensors that could not stay as they lie in the file
    std::vector<std::string> unknown;  ///< tensors of the file that the model does not use
};

struct LoadSteps {
    bool exact = false;
    std::function<bool(float)> progress;  ///< false cancels
};

[[nodiscard]] Result<ModelWeights> bind_weights(const GgufFile& file, const ModelConfig& config, const LoadSteps& steps);

}  // namespace soliloquy
