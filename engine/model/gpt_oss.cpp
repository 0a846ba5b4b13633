/// engine/model/gpt_oss.cpp: gpt-oss: attention sinks, a sliding window in every other layer, biases everywhere, a clamped SwiGLU.
#include "engine/model/architecture.h"

namespace soliloquy {

Result<ModelConfig> read_gpt_oss(const ConfigReader& reader) {
    ASSIGN_OR_RETURN(ModelConfig c, reader.common());
    c.rope.pairs = RopePairs::halves;
    c.qkv_bias = true;
    c.attention_output_bias = true;
    c.sinks = true;
    ASSIGN_OR_RETURN(c.sliding_window, reader.size("attention.sliding_window"));
    c.ffn_norm = "post_attention_norm";
    RETURN_IF_ERROR(reader.read_experts(c));
    c.gate = Gate::softmax_selected;
    c.expert_weights_norm = false;
    c.expert_bias = true;
    c.swiglu_limit = 7.0f;
    return c;
}

}  // namespace soliloquy
