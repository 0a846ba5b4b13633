/// engine/model/weights.cpp: the table of tensors, and the parts that every architecture has.
#include "engine/model/weights.h"

#include <charconv>

#include "engine/model/attention_gqa.h"
#include "engine/model/attention_mla.h"
#include "engine/model/feed_forward.h"
#include "engine/model/moe.h"

namespace soliloquy {
namespace {

std::string shape(uint64_t in, uint64_t out, uint64_t slices) {
    std::string text = "[";
    text += std::to_string(in);
    if (out != 1 || slices != 1) text.append(", ").append(std::to_string(out));
    if (slices != 1) text.append(", ").append(std::to_string(slices));
    return text += "]";
}

bool can_be_multiplied(DType type) {
    switch (type) {
        case DType::i8:
        case DType::i16:
        case DType::i32:
        case DType::i64:
        case DType::f64:
            return false;
        default:
            return true;
    }
}

Error wrong(const std::string& name, const std::string& expected, const std::string& found) {
    return {ErrorCode::invalid_file, "tensor '" + name + "': expected " + expected + ", found " + found +
                                         "; the file is damaged, or of a variant that this program does not know"};
}

/// Tensors that hold no weights of the forward pass: angles that are computed here.
bool is_derived(std::string_view name) { return name.ends_with(".attn_rot_embd.weight") || name.ends_with(".rotary_emb.inv_freq"); }

/// A model with a bias or a scale that nothing adds computes something else, and says so to nobody. Tensors outside of the layers that run
/// (blocks that predict further tokens, vision) change nothing.
Status refuse_unused(const std::vector<std::string>& unknown, uint32_t n_layers) {
    std::vector<std::string_view> unused;
    for (const std::string& name : unknown) {
        bool runs = name.starts_with("output") || name.starts_with("token_");
        if (name.starts_with("blk.")) {
            uint32_t layer = UINT32_MAX;
            std::from_chars(name.data() + 4, name.data() + name.size(), layer);
            runs = layer < n_layers;
        }
        if (runs && !is_derived(name)) unused.push_back(name);
    }
    if (unused.empty()) return Status::success();
    return Error{ErrorCode::unsupported, "the file has " + std::to_string(unused.size()) + (unused.size() == 1 ? " tensor" : " tensors") +
                                             " that this program does not use in a model of this architecture, '" +
                                             std::string(unused.front()) +
                                             "' for one; without them its answers would be wrong. Use another conversion of the model"};
}

}  // namespace

Result<Weight> TensorTable::find(const std::string& name, uint64_t in, uint64_t out, uint64_t slices, bool must_be_f32) {
    const GgufTensor* tensor = file_.find_tensor(name);
    const std::string expected = (must_be_f32 ? "F32 " : "") + shape(in, out, slices);
    if (tensor == nullptr) return wrong(name, expected, "no such tensor");
    known_.insert(tensor->name);
    const DTypeTraits& traits = dtype_traits(tensor->type);
    const std::string found = std::string(traits.name) + " " + shape(tensor->dims[0], tensor->dims[1], tensor->dims[2]);
    if (tensor->dims[0] != in || tensor->dims[1] != out || tensor->dims[2] != slices || tensor->dims[3] != 1)
        return wrong(name, expected, found);
    if (must_be_f32 ? tensor->type != DType::f32 : !can_be_multiplied(tensor->type)) return wrong(name, expected, found);
    if (in % traits.block_elements != 0) {
        return wrong(name, "rows of a multiple of " + std::to_string(traits.block_elements) + " numbers for " + std::string(traits.name),
                     found);
    }
    const uint64_t row = row_bytes(tensor->type, in);
    if (tensor->data.size() / row / out < slices) return wrong(name, expected + " with all its bytes", found + " cut short");
    return Weight{.name = tensor->name,
                  .type = tensor->type,
                  .columns = in,
                  .rows = out,
                  .slices = slices,
                  .row_bytes = row,
                  .slice_bytes = row * out,
                  .data = tensor->data.data()};
}

Result<Weight> TensorTable::matrix(const std::string& name, uint64_t in, uint64_t out) { return find(name, in, out, 1, false); }

Result<Weight> TensorTable::stack(const std::string& name, uint64_t in, uint64_t out, uint64_t slices) {
    return find(name, in, out, slices, false);
}

Result<Weight> TensorTable::vector(const std::string& name, uint64_t size, uint64_t slices) { return find(name, size, slices, 1, true); }

std::vector<std::string> TensorTable::unknown() const {
    std::vector<std::string> names;
    for (const GgufTensor& tensor : file_.tensors()) {
        if (!known_.contains(tensor.name)) names.emplace_back(tensor.name);
    }
    return names;
}

Result<ModelWeights> bind_weights(const GgufFile& file, const ModelConfig& config, const LoadSteps& steps) {
    TensorTable table(file);
    ModelWeights weights;
    ASSIGN_OR_RETURN(weights.token_embd, table.matrix("token_embd.weight", config.dim, config.vocabulary_size));
    ASSIGN_OR_RETURN(weights.output_norm, table.vector("output_norm.weight", config.dim));
    weights.output_is_tied = !table.has("output.weight");
    if (weights.output_is_tied) {
        weights.output = weights.token_embd;
    } else {
        ASSIGN_OR_RETURN(weights.output, table.matrix("output.weight", config.dim, config.vocabulary_size));
    }
    if (table.has("rope_freqs.weight")) {
        ASSIGN_OR_RETURN(weights.rope_freqs, table.vector("rope_freqs.weight", config.rope.dimensions / 2));
    }
    for (uint32_t i = 0; i < config.n_layers; ++i) {
        LayerWeights& layer = weights.layers.emplace_back();
        const std::string prefix = "blk." + std::to_string(i) + ".";
        if (config.attention == AttentionKind::mla) {
            RETURN_IF_ERROR(bind_attention_mla(table, config, prefix, steps.exact, layer.attention, weights.rearranged));
        } else {
            RETURN_IF_ERROR(bind_attention_gqa(table, config, prefix, layer.attention));
        }
        ASSIGN_OR_RETURN(layer.feed_forward.norm, table.vector(prefix + std::string(config.ffn_norm) + ".weight", config.dim));
        if (config.is_moe(i)) {
            RETURN_IF_ERROR(bind_moe(table, config, prefix, layer.feed_forward));
        } else {
            RETURN_IF_ERROR(bind_feed_forward(table, config, prefix, layer.feed_forward));
        }
        if (steps.progress && !steps.progress(static_cast<float>(i + 1) / static_cast<float>(config.n_layers))) {
            return Error{ErrorCode::cancelled, "loading was cancelled"};
        }
    }
    weights.unknown = table.unknown();
    RETURN_IF_ERROR(refuse_unused(weights.unknown, config.n_layers));
    return weights;
}

}  // namespace soliloquy
