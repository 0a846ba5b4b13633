/// engine/model/model.cpp: loads a model, and counts what it is made of.
#include "engine/model/model.h"

#include <algorithm>
#include <new>

#include "engine/model/architecture.h"
#include "engine/model/kv_cache.h"
#include "engine/model/transformer.h"

namespace soliloquy {
namespace {

struct Totals {
    uint64_t numbers = 0;
    uint64_t bytes = 0;
    void add(const Weight& w, uint64_t slices) {
        if (!w) return;
        numbers += w.columns * w.rows * slices;
        bytes += w.row_bytes * w.rows * slices;
    }
};

/// All weights behind the embedding; of stacks of experts only `experts` slices.
Totals count_layers(const ModelWeights& weights, uint64_t experts) {
    Totals total;
    for (const LayerWeights& layer : weights.layers) {
        const AttentionWeights& a = layer.attention;
        for (const Weight* w : {&a.norm, &a.q, &a.k, &a.v, &a.output, &a.q_bias, &a.k_bias, &a.v_bias, &a.output_bias, &a.q_norm, &a.k_norm,
                                &a.sinks, &a.q_a, &a.q_a_norm, &a.q_b, &a.kv_a_mqa, &a.kv_a_norm, &a.k_b, &a.v_b}) {
            total.add(*w, w->slices);
        }
        const FeedForwardWeights& f = layer.feed_forward;
        for (const Weight* w :
             {&f.norm, &f.gate, &f.up, &f.down, &f.gate_inp, &f.gate_inp_bias, &f.probs_b, &f.gate_shexp, &f.up_shexp, &f.down_shexp}) {
            total.add(*w, w->slices);
        }
        for (const Weight* w : {&f.gate_exps, &f.up_exps, &f.down_exps}) total.add(*w, std::min(experts, w->slices));
        for (const Weight* w : {&f.gate_exps_bias, &f.up_exps_bias, &f.down_exps_bias}) {
            Weight one = *w;
            one.rows = 1;
            total.add(one, std::min(experts, w->rows));
        }
    }
    total.add(weights.output_norm, 1);
    total.add(weights.rope_freqs, 1);
    return total;
}

}  // namespace

Status BoundModel::use_device(const ModelDevice& device, const std::function<bool(float)>& progress) {
    const std::vector<bool> no_memory(config_.n_layers, true);
    const uint32_t own = config_.context_length > 0 ? std::min(config_.context_length, kLongestDefaultContext) : kLongestDefaultContext;
    const uint32_t context = device.context_length > 0 ? device.context_length : own;
    ASSIGN_OR_RETURN(const KvCache cache, KvCache::create(config_, context, cache_type(), no_memory));
    const ForwardGraph forward = make_forward_graph(config_, weights_, cache);
    const AcceleratorInfo& info = device.accelerator->info();
    const DeviceRoom room{.free_bytes = info.free_bytes, .reserve_bytes = usual_reserve(info.memory_bytes)};
    placement_ = place(forward.graph, forward.parts, room, device.wish, device.max_batch, device_outputs(device.max_batch));
    if (!placement_.uses_device()) return Status::success();
    const auto weights = weights_on_device(forward.graph, placement_.ops_on_device(forward.parts));
    auto uploaded = device.accelerator->upload(weights, progress);
    if (!uploaded.ok()) {
        return Error{uploaded.error().code, uploaded.error().message + " (placed: " + placement_.words + ")"};
    }
    caches_on_device_.assign(config_.n_layers, false);
    for (size_t i = 0; i < forward.parts.size(); ++i) {
        if (forward.parts[i].kind == PartKind::attention) caches_on_device_[forward.parts[i].layer] = placement_.on_device[i];
    }
    device_weights_ = std::move(uploaded).value();
    accelerator_ = device.accelerator;
    return Status::success();
}

Result<std::shared_ptr<const Model>> Model::load(std::shared_ptr<const GgufFile> file, const ModelOptions& options) {
    try {
        const bool uses_device = options.device.accelerator != nullptr && !options.exact;
        // Binding reads headers, an upload every weight.
        const float bound = uses_device ? 0.1f : 1.0f;
        const auto progress = [&](float begin, float end) -> std::function<bool(float)> {
            if (!options.progress) return {};
            return [&options, begin, end](float done) { return options.progress(begin + (end - begin) * done); };
        };
        ASSIGN_OR_RETURN(ModelConfig config, read_config(*file));
        ASSIGN_OR_RETURN(ModelWeights weights, bind_weights(*file, config, {options.exact, progress(0.0f, bound)}));
        auto model = std::make_shared<BoundModel>(std::move(file), std::move(config), std::move(weights), options.exact);
        if (uses_device) RETURN_IF_ERROR(model->use_device(options.device, progress(bound, 1.0f)));
        return std::shared_ptr<const Model>(std::move(model));
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "loading the model: out of memory; close other programs, or choose a smaller model"};
    }
}

uint64_t BoundModel::parameters() const noexcept {
    Totals total = count_layers(weights_, config_.n_experts);
    total.add(weights_.token_embd, 1);
    if (!weights_.output_is_tied) total.add(weights_.output, 1);
    return total.numbers;
}

uint64_t BoundModel::active_parameters() const noexcept {
    Totals total = count_layers(weights_, config_.n_experts_used);
    total.add(weights_.token_embd, 1);
    if (!weights_.output_is_tied) total.add(weights_.output, 1);
    return total.numbers;
}

uint64_t BoundModel::weight_bytes_per_token() const noexcept {
    Totals total = count_layers(weights_, config_.n_experts_used);
    total.add(weights_.output, 1);
    return total.bytes;
}

uint64_t BoundModel::kv_bytes_per_position() const noexcept { return KvCache::bytes_per_position(config_, cache_type()); }

}  // namespace soliloquy
