/// engine/model/llama.cpp: Llama 2 and 3, Mistral, Mixtral, SmolLM2, DeepSeek LLM and Coder, R1-Distill-Llama.
#include "engine/model/architecture.h"

namespace soliloquy {

Result<ModelConfig> read_llama(const ConfigReader& reader) {
    ASSIGN_OR_RETURN(ModelConfig c, reader.common());
    c.rope.pairs = RopePairs::interleaved;  // the converter permutes the rows of q and k to this order
    RETURN_IF_ERROR(reader.read_experts(c));
    c.gate = Gate::softmax;
    c.expert_weights_norm = true;  // Mixtral
    return c;
}

}  // namespace soliloquy
