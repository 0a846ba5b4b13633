/// engine/model/deepseek.cpp: DeepSeekMoE-16B and DeepSeek LLM in its shape: plain attention, routed and shared experts.
#include "engine/model/architecture.h"

namespace soliloquy {

Result<ModelConfig> read_deepseek(const ConfigReader& reader) {
    ASSIGN_OR_RETURN(ModelConfig c, reader.common());
    c.rope.pairs = RopePairs::interleaved;
    RETURN_IF_ERROR(reader.read_experts(c));
    c.gate = Gate::softmax;
    c.expert_weights_norm = false;
    return c;
}

}  // namespace soliloquy
