/// engine/model/config.h: hyperparameters of a model, read from the metadata of its file. Names as in the papers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/core/result.h"
#include "engine/gguf/gguf_file.h"
#include "engine/ops/rope.h"
#include "engine/ops/route_experts.h"

namespace soliloquy {

enum class AttentionKind : uint8_t { gqa, mla };
/// Where the queries and keys are normalised before rotation.
enum class QkNorm : uint8_t {
    none,
    heads,  ///< each head by itself (Qwen3)
    whole,  ///< before they are split into heads (OLMoE)
};
enum class RopeScaling : uint8_t { none, linear, yarn };

struct RopeConfig {
    RopePairs pairs = RopePairs::interleaved;
    uint32_t dimensions = 0;  ///< rotated numbers of a head
    double base = 10000.0;
    RopeScaling scaling = RopeScaling::none;
    double factor = 1.0;  ///< how many times longer the context became
    uint32_t original_context_length = 0;
    double beta_fast = 32.0, beta_slow = 1.0;
    double log_multiplier = 0.0;    ///< mscale_all_dim of DeepSeek's YaRN; 0 = the cosines carry the factor instead
    double attention_factor = 1.0;  ///< multiplies the cosines and sines
};

struct ModelConfig {
    std::string architecture;
    uint32_t n_layers = 0;
    uint32_t dim = 0;
    uint32_t vocabulary_size = 0;
    uint32_t context_length = 0;  ///< trained
    float rms_eps = 1e-6f;

    AttentionKind attention = AttentionKind::gqa;
    uint32_t n_heads = 0;
    uint32_t n_kv_heads = 0;
    uint32_t key_dim = 0;    ///< of a head; for MLA: nope + rope
    uint32_t value_dim = 0;  ///< of a head
    float attention_scale = 1.0f;
    RopeConfig rope;
    bool qkv_bias = false;
    bool attention_output_bias = false;
    QkNorm qk_norm = QkNorm::none;
    bool sinks = false;
    uint32_t sliding_window = 0;  ///< of every even layer; 0 = all layers see everything
    uint32_t q_lora_rank = 0;     ///< MLA; 0 = queries are one matrix
    uint32_t kv_lora_rank = 0;    ///< MLA

    uint32_t ff_dim = 0;           ///< of dense layers
    uint32_t n_leading_dense = 0;  ///< layers before the first one with experts
    uint32_t n_experts = 0;        ///< 0 = all layers are dense
    uint32_t n_experts_used = 0;
    uint32_t n_shared_experts = 0;
    uint32_t expert_ff_dim = 0;
    Gate gate = Gate::softmax;
    bool expert_weights_norm = false;
    float expert_weights_scale = 1.0f;
    uint32_t n_expert_groups = 1;
    uint32_t n_expert_groups_used = 1;
    bool expert_bias = false;                ///< router, gate, up and down have biases
    float swiglu_limit = 0.0f;               ///< > 0: gpt-oss's clamped form
    std::string_view ffn_norm = "ffn_norm";  ///< name of the norm before the feed-forward block

    [[nodiscard]] bool is_moe(uint32_t layer) const noexcept { return n_experts > 0 && layer >= n_leading_dense; }
    [[nodiscard]] uint32_t nope_dim() const noexcept { return key_dim - rope.dimensions; }
};

/// Reads "<architecture>.<key>" with the bounds that every size of a model keeps.
class ConfigReader {
  public:
    ConfigReader(const GgufFile& file, std::string_view architecture) : file_(file), architecture_(architecture) {}

    [[nodiscard]] bool has(std::string_view key) const;
    /// 1..2^24, or an Error that names the key.
    [[nodiscard]] Result<uint32_t> size(std::string_view key) const;
    /// 0..2^24; `fallback` when the key is absent.
    [[nodiscard]] Result<uint32_t> size_or(std::string_view key, uint32_t fallback) const;
    [[nodiscard]] Result<double> number_or(std::string_view key, double fallback) const;
    [[nodiscard]] Result<bool> flag_or(std::string_view key, bool fallback) const;
    [[nodiscard]] Result<std::string_view> text_or(std::string_view key, std::string_view fallback) const;
    [[nodiscard]] const GgufFile& file() const noexcept { return file_; }
    [[nodiscard]] std::string name_of(std::string_view key) const;

    /// What all architectures share: layers, width, heads, epsilon, rope; the vocabulary from the shape of token_embd.
    [[nodiscard]] Result<ModelConfig> common() const;
    /// Adds the keys of experts to a config. Absent keys leave n_experts at 0.
    [[nodiscard]] Status read_experts(ModelConfig& config) const;

  private:
    [[nodiscard]] Status read_rope(ModelConfig& config) const;

    const GgufFile& file_;
    std::string architecture_;
};

/// The rules between hyperparameters; an Error names the key that breaks one.
[[nodiscard]] Status check_config(const ModelConfig& config);

}  // namespace soliloquy
