/// engine/model/qwen3moe.cpp: Qwen3-30B-A3B and 235B-A22B: Qwen3's attention, routed experts whose weights are normalised.
#include "engine/model/architecture.h"

namespace soliloquy {

Result<ModelConfig> read_qwen3moe(const ConfigReader& reader) {
    ASSIGN_OR_RETURN(ModelConfig c, read_qwen3(reader));
    RETURN_IF_ERROR(reader.read_experts(c));
    c.gate = Gate::softmax;
    c.expert_weights_norm = true;
    return c;
}

}  // namespace soliloquy
