/// engine/model/qwen2.cpp: Qwen2, Qwen2.5, R1-Distill-Qwen: biases on queries, keys and values.
#include "engine/model/architecture.h"

namespace soliloquy {

Result<ModelConfig> read_qwen2(const ConfigReader& reader) {
    ASSIGN_OR_RETURN(ModelConfig c, reader.common());
    c.rope.pairs = RopePairs::halves;
    c.qkv_bias = true;
    return c;
}

}  // namespace soliloquy
