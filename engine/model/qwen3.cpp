/// engine/model/qwen3.cpp: Qwen3: each head's query and key are normalised before rotation.
#include "engine/model/architecture.h"

namespace soliloquy {

Result<ModelConfig> read_qwen3(const ConfigReader& reader) {
    ASSIGN_OR_RETURN(ModelConfig c, reader.common());
    c.rope.pairs = RopePairs::halves;
    c.qk_norm = QkNorm::heads;
    return c;
}

}  // namespace soliloquy
