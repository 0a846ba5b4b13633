/// engine/model/olmoe.cpp: OLMoE: queries and keys are normalised whole, the weights of the experts are not.
#include "engine/model/architecture.h"

namespace soliloquy {

Result<ModelConfig> read_olmoe(const ConfigReader& reader) {
    ASSIGN_OR_RETURN(ModelConfig c, reader.common());
    c.rope.pairs = RopePairs::halves;
    c.qk_norm = QkNorm::whole;
    RETURN_IF_ERROR(reader.read_experts(c));
    c.gate = Gate::softmax;
    c.expert_weights_norm = false;
    return c;
}

}  // namespace soliloquy
