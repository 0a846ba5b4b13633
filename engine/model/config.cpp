/// engine/model/config.cpp: reads and checks hyperparameters. Keys: the GGUF specification, section "Standardized key-value pairs".
#include "engine/model/config.h"

#include <cmath>

namespace soliloquy {
namespace {

constexpr uint64_t kGreatestSize = uint64_t{1} << 24;
constexpr uint32_t kMostLayers = 1024;
constexpr uint32_t kMostHeads = 4096;
constexpr uint32_t kMostExperts = 4096;

Error wrong(const std::string& what, const std::string& expected, const std::string& found) {
    return {ErrorCode::invalid_file, what + ": expected " + expected + ", found " + found + "; the file is damaged or of an unknown kind"};
}

}  // namespace

std::string ConfigReader::name_of(std::string_view key) const { return architecture_ + "." + std::string(key); }

bool ConfigReader::has(std::string_view key) const { return file_.find(name_of(key)) != nullptr; }

Result<uint32_t> ConfigReader::size(std::string_view key) const {
    ASSIGN_OR_RETURN(const uint64_t value, file_.get_uint(name_of(key)));
    if (value == 0 || value > kGreatestSize) return wrong(name_of(key), "1.." + std::to_string(kGreatestSize), std::to_string(value));
    return static_cast<uint32_t>(value);
}

Result<uint32_t> ConfigReader::size_or(std::string_view key, uint32_t fallback) const {
    ASSIGN_OR_RETURN(const uint64_t value, file_.get_uint_or(name_of(key), fallback));
    if (value > kGreatestSize) return wrong(name_of(key), "0.." + std::to_string(kGreatestSize), std::to_string(value));
    return static_cast<uint32_t>(value);
}

Result<double> ConfigReader::number_or(std::string_view key, double fallback) const {
    ASSIGN_OR_RETURN(const double value, file_.get_float_or(name_of(key), fallback));
    if (!std::isfinite(value)) return wrong(name_of(key), "a finite number", std::to_string(value));
    return value;
}

Result<bool> ConfigReader::flag_or(std::string_view key, bool fallback) const { return file_.get_bool_or(name_of(key), fallback); }

Result<std::string_view> ConfigReader::text_or(std::string_view key, std::string_view fallback) const {
    return file_.get_string_or(name_of(key), fallback);
}

Result<ModelConfig> ConfigReader::common() const {
    ModelConfig config;
    config.architecture = architecture_;
    ASSIGN_OR_RETURN(config.n_layers, size("block_count"));
    ASSIGN_OR_RETURN(config.dim, size("embedding_length"));
    ASSIGN_OR_RETURN(config.context_length, size("context_length"));
    ASSIGN_OR_RETURN(config.n_heads, size("attention.head_count"));
    ASSIGN_OR_RETURN(config.n_kv_heads, size_or("attention.head_count_kv", config.n_heads));
    ASSIGN_OR_RETURN(const double eps, file_.get_float(name_of("attention.layer_norm_rms_epsilon")));
    config.rms_eps = static_cast<float>(eps);
    ASSIGN_OR_RETURN(config.ff_dim, size_or("feed_forward_length", 0));
    ASSIGN_OR_RETURN(config.key_dim, size_or("attention.key_length", config.dim / config.n_heads));
    ASSIGN_OR_RETURN(config.value_dim, size_or("attention.value_length", config.key_dim));
    config.attention_scale = config.key_dim > 0 ? static_cast<float>(1.0 / std::sqrt(static_cast<double>(config.key_dim))) : 0.0f;
    RETURN_IF_ERROR(read_rope(config));

    const GgufTensor* embedding = file_.find_tensor("token_embd.weight");
    if (embedding == nullptr)
        return wrong("tensor 'token_embd.weight'", "one of shape [" + std::to_string(config.dim) + ", vocabulary]", "none");
    if (embedding->dims[1] > kGreatestSize) return wrong("vocabulary", "at most 2^24 tokens", std::to_string(embedding->dims[1]));
    config.vocabulary_size = static_cast<uint32_t>(embedding->dims[1]);
    return config;
}

Status ConfigReader::read_rope(ModelConfig& config) const {
    RopeConfig& rope = config.rope;
    ASSIGN_OR_RETURN(rope.dimensions, size_or("rope.dimension_count", config.key_dim));
    ASSIGN_OR_RETURN(rope.base, number_or("rope.freq_base", 10000.0));
    // Older files give a factor under another name, and files without a type mean the linear one.
    ASSIGN_OR_RETURN(const std::string_view scaling, text_or("rope.scaling.type", "linear"));
    ASSIGN_OR_RETURN(const double older_factor, number_or("rope.scale_linear", 1.0));
    ASSIGN_OR_RETURN(rope.factor, number_or("rope.scaling.factor", older_factor));
    ASSIGN_OR_RETURN(rope.original_context_length, size_or("rope.scaling.original_context_length", config.context_length));
    ASSIGN_OR_RETURN(rope.beta_fast, number_or("rope.scaling.yarn_beta_fast", 32.0));
    ASSIGN_OR_RETURN(rope.beta_slow, number_or("rope.scaling.yarn_beta_slow", 1.0));
    ASSIGN_OR_RETURN(const double log_multiplier, number_or("rope.scaling.yarn_log_multiplier", 0.0));
    ASSIGN_OR_RETURN(rope.attention_factor, number_or("rope.scaling.attn_factor", 1.0));
    rope.log_multiplier = log_multiplier / 0.1;  // the file holds 0.1 * mscale_all_dim
    if (scaling == "yarn") {
        rope.scaling = RopeScaling::yarn;
    } else if (scaling == "linear") {
        rope.scaling = rope.factor == 0.0 || rope.factor == 1.0 ? RopeScaling::none : RopeScaling::linear;
    } else if (scaling != "none") {
        return Error{ErrorCode::unsupported,
                     name_of("rope.scaling.type") + ": expected none, linear or yarn, found '" + std::string(scaling) + "'"};
    }
    if (rope.factor == 0.0) rope.factor = 1.0;
    if (rope.factor < 0.0) return wrong(name_of("rope.scaling.factor"), "a positive number", std::to_string(rope.factor));
    if (rope.base <= 1.0) return wrong(name_of("rope.freq_base"), "more than 1", std::to_string(rope.base));
    if (rope.beta_fast <= 0.0 || rope.beta_slow <= 0.0) return wrong(name_of("rope.scaling.yarn_beta_fast"), "positive numbers", "others");
    if (rope.original_context_length == 0) rope.original_context_length = config.context_length;
    return Status::success();
}

Status ConfigReader::read_experts(ModelConfig& config) const {
    ASSIGN_OR_RETURN(config.n_experts, size_or("expert_count", 0));
    if (config.n_experts == 0) return Status::success();
    ASSIGN_OR_RETURN(config.n_experts_used, size("expert_used_count"));
    ASSIGN_OR_RETURN(config.n_shared_experts, size_or("expert_shared_count", 0));
    ASSIGN_OR_RETURN(config.expert_ff_dim, size_or("expert_feed_forward_length", config.ff_dim));
    ASSIGN_OR_RETURN(config.n_leading_dense, size_or("leading_dense_block_count", 0));
    ASSIGN_OR_RETURN(const double scale, number_or("expert_weights_scale", 1.0));
    config.expert_weights_scale = scale == 0.0 ? 1.0f : static_cast<float>(scale);
    ASSIGN_OR_RETURN(config.expert_weights_norm, flag_or("expert_weights_norm", false));
    ASSIGN_OR_RETURN(const uint32_t gate, size_or("expert_gating_func", 1));
    switch (gate) {
        case 0:
        case 1:
            config.gate = Gate::softmax;
            break;
        case 2:
            config.gate = Gate::sigmoid;
            break;
        case 3:
            config.gate = Gate::softmax_selected;
            break;
        case 4:
            config.gate = Gate::sqrt_softplus;
            break;
        default:
            return Error{ErrorCode::unsupported, name_of("expert_gating_func") + ": expected 1 to 4, found " + std::to_string(gate)};
    }
    ASSIGN_OR_RETURN(config.n_expert_groups, size_or("expert_group_count", 1));
    ASSIGN_OR_RETURN(config.n_expert_groups_used, size_or("expert_group_used_count", config.n_expert_groups));
    if (config.n_expert_groups == 0) config.n_expert_groups = 1;
    if (config.n_expert_groups == 1 || config.n_expert_groups_used == 0) config.n_expert_groups_used = config.n_expert_groups;
    return Status::success();
}

Status check_config(const ModelConfig& c) {
    const auto key = [&c](std::string_view name) { return c.architecture + "." + std::string(name); };
    const auto number = [](uint64_t value) { return std::to_string(value); };
    if (c.n_layers > kMostLayers) return wrong(key("block_count"), "at most " + number(kMostLayers), number(c.n_layers));
    if (c.n_heads > kMostHeads) return wrong(key("attention.head_count"), "at most " + number(kMostHeads), number(c.n_heads));
    if (c.n_kv_heads == 0 || c.n_heads % c.n_kv_heads != 0) {
        return wrong(key("attention.head_count_kv"), "a divisor of " + number(c.n_heads), number(c.n_kv_heads));
    }
    if (c.vocabulary_size == 0) return wrong("tensor 'token_embd.weight'", "a row for each token", "none");
    if (!(c.rms_eps > 0.0f) || c.rms_eps > 1.0f) {
        return wrong(key("attention.layer_norm_rms_epsilon"), "between 0 and 1", std::to_string(c.rms_eps));
    }
    if (c.key_dim == 0 || c.value_dim == 0) return wrong(key("attention.key_length"), "at least 1", "0");
    const uint32_t rotated_most = c.key_dim;
    if (c.rope.dimensions == 0 || c.rope.dimensions % 2 != 0 || c.rope.dimensions > rotated_most) {
        return wrong(key("rope.dimension_count"), "an even number up to " + number(rotated_most), number(c.rope.dimensions));
    }
    if (c.attention == AttentionKind::mla && c.rope.dimensions == c.key_dim) {
        return wrong(key("rope.dimension_count"), "less than the key length " + number(c.key_dim), number(c.rope.dimensions));
    }
    if ((c.n_experts == 0 || c.n_leading_dense > 0) && c.ff_dim == 0) return wrong(key("feed_forward_length"), "at least 1", "0");
    if (c.n_experts == 0) return Status::success();
    if (c.n_experts > kMostExperts) return wrong(key("expert_count"), "at most " + number(kMostExperts), number(c.n_experts));
    if (c.expert_ff_dim == 0) return wrong(key("expert_feed_forward_length"), "at least 1", "0");
    if (c.n_shared_experts > kMostExperts)
        return wrong(key("expert_shared_count"), "at most " + number(kMostExperts), number(c.n_shared_experts));
    if (c.n_experts % c.n_expert_groups != 0) {
        return wrong(key("expert_group_count"), "a divisor of " + number(c.n_experts), number(c.n_expert_groups));
    }
    if (c.n_expert_groups_used > c.n_expert_groups) {
        return wrong(key("expert_group_used_count"), "at most " + number(c.n_expert_groups), number(c.n_expert_groups_used));
    }
    const uint64_t eligible = uint64_t{c.n_experts} / c.n_expert_groups * c.n_expert_groups_used;
    if (c.n_experts_used > eligible) return wrong(key("expert_used_count"), "at most " + number(eligible), number(c.n_experts_used));
    return Status::success();
}

}  // namespace soliloquy
