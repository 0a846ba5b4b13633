/// engine/model/deepseek2.cpp: DeepSeek-V2, V3, R1 and their kin: latent attention, routed experts in groups, shared experts.
#include <cmath>

#include "engine/model/architecture.h"
#include "engine/model/rope.h"

namespace soliloquy {

Result<ModelConfig> read_deepseek2(const ConfigReader& reader) {
    ASSIGN_OR_RETURN(ModelConfig c, reader.common());
    c.attention = AttentionKind::mla;
    c.n_kv_heads = 1;  // one latent row for all heads, whatever an older file says
    // Blocks for predicting several tokens at once lie behind the model's own; this program does not use them.
    ASSIGN_OR_RETURN(const uint32_t nextn, reader.size_or("nextn_predict_layers", 0));
    if (nextn >= c.n_layers) {
        return Error{ErrorCode::invalid_file, reader.name_of("nextn_predict_layers") + ": expected less than block_count " +
                                                  std::to_string(c.n_layers) + ", found " + std::to_string(nextn)};
    }
    c.n_layers -= nextn;
    ASSIGN_OR_RETURN(const double temperature, reader.number_or("attention.temperature_scale", 0.0));
    if (temperature != 0.0) {
        return Error{ErrorCode::unsupported,
                     reader.name_of("attention.temperature_scale") + ": expected none, found " + std::to_string(temperature) +
                         "; this program does not sharpen attention with the position, as this model was trained to"};
    }
    ASSIGN_OR_RETURN(c.kv_lora_rank, reader.size("attention.kv_lora_rank"));
    // Files for "lite" models may lack the key, or hold one that is not meant: the tensor decides.
    if (reader.file().find_tensor("blk.0.attn_q.weight") == nullptr) {
        ASSIGN_OR_RETURN(c.q_lora_rank, reader.size("attention.q_lora_rank"));
    }
    // Newer files give the size of a head in *_mla and that of the cached row in the plain keys; older ones have the plain keys only.
    ASSIGN_OR_RETURN(c.key_dim, reader.size_or("attention.key_length_mla", c.key_dim));
    ASSIGN_OR_RETURN(c.value_dim, reader.size_or("attention.value_length_mla", c.value_dim));
    ASSIGN_OR_RETURN(c.rope.dimensions, reader.size("rope.dimension_count"));
    c.rope.pairs = RopePairs::interleaved;
    if (c.key_dim == 0)
        return Error{ErrorCode::invalid_file, reader.name_of("attention.key_length_mla") + ": expected at least 1, found 0"};
    c.attention_scale = static_cast<float>(yarn_attention_scale(c.rope) / std::sqrt(static_cast<double>(c.key_dim)));

    RETURN_IF_ERROR(reader.read_experts(c));
    // GLM-4.7-Flash files do not name their gate, which is the sigmoid.
    const bool glm_flash = (c.n_layers == 47 || c.n_layers == 48) && c.vocabulary_size == 154880;
    if (glm_flash && !reader.has("expert_gating_func")) c.gate = Gate::sigmoid;
    return c;
}

}  // namespace soliloquy
