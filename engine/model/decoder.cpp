/// engine/model/decoder.cpp: a KV cache, and the plan that extends it.
#include "engine/model/decoder.h"

#include <algorithm>
#include <new>

#include "engine/backend/backend.h"
#include "engine/backend/cpu/cpu_kernels.h"
#include "engine/backend/placed_plan.h"
#include "engine/model/model.h"
#include "engine/model/transformer.h"

namespace soliloquy {
namespace {

constexpr uint32_t kLongestContext = 1u << 24;
constexpr uint32_t kLongestBatch = 8192;

class ModelDecoder final : public Decoder {
  public:
    static Result<std::unique_ptr<Decoder>> create(std::shared_ptr<const BoundModel> model, std::shared_ptr<ThreadPool> threads,
                                                   const DecoderOptions& options) {
        std::unique_ptr<ModelDecoder> decoder(new ModelDecoder(std::move(model)));
        const BoundModel& m = *decoder->model_;
        const bool uses_device = m.accelerator() != nullptr && !options.cpu_only;
        decoder->max_batch_ = std::clamp(options.max_batch, 1u, std::min(kLongestBatch, options.context_length));
        decoder->max_outputs_ = uses_device ? device_outputs(decoder->max_batch_) : decoder->max_batch_;
        ASSIGN_OR_RETURN(decoder->cache_, KvCache::create(m.config(), options.context_length, m.cache_type(),
                                                          uses_device ? m.caches_on_device() : std::vector<bool>()));
        const ForwardGraph forward = make_forward_graph(m.config(), m.weights(), decoder->cache_);
        decoder->logits_tensor_ = forward.logits;
        const PlanOptions plan{.max_tokens = decoder->max_batch_, .max_outputs = decoder->max_outputs_, .exact = m.exact()};
        if (uses_device) {
            ASSIGN_OR_RETURN(decoder->plan_, compile_placed(forward.graph, m.placement().ops_on_device(forward.parts), {&forward.logits, 1},
                                                            std::move(threads), *m.accelerator(), m.device_weights(), plan));
        } else {
            ASSIGN_OR_RETURN(decoder->plan_, compile_for_cpu(forward.graph, std::move(threads), plan));
        }
        return std::unique_ptr<Decoder>(std::move(decoder));
    }

    [[nodiscard]] uint32_t length() const noexcept override { return length_; }
    [[nodiscard]] uint32_t context_length() const noexcept override { return cache_.context_length(); }
    void truncate(uint32_t length) noexcept override { length_ = std::min(length_, length); }

    Status append(std::span<const TokenId> ids, LogitsFor wanted) override {
        RETURN_IF_ERROR(check(ids));
        const auto count = static_cast<uint32_t>(ids.size());
        outputs_ = wanted == LogitsFor::none ? 0 : wanted == LogitsFor::last ? 1 : count;
        in_turns_ = outputs_ > max_outputs_;
        if (in_turns_) {
            RETURN_IF_ERROR(append_in_turns(ids));
        } else {
            RETURN_IF_ERROR(plan_->run({.ids = ids, .position = length_, .outputs = outputs_}));
        }
        length_ += count;
        return Status::success();
    }

    [[nodiscard]] Matrix<const float> logits() const noexcept override {
        const size_t columns = model_->vocabulary_size();
        if (in_turns_) return {gathered_.data(), outputs_, columns, columns};
        Matrix<const float> rows = plan_->rows(logits_tensor_);
        rows.rows = outputs_;
        return rows;
    }
    [[nodiscard]] Plan& plan() noexcept override { return *plan_; }

  private:
    explicit ModelDecoder(std::shared_ptr<const BoundModel> model) : model_(std::move(model)) {}

    [[nodiscard]] Status check(std::span<const TokenId> ids) const {
        if (ids.empty() || ids.size() > max_batch_) {
            return Error{ErrorCode::invalid_argument,
                         "append: expected 1 to " + std::to_string(max_batch_) + " tokens, found " + std::to_string(ids.size())};
        }
        if (ids.size() > cache_.context_length() - length_) {
            return Error{ErrorCode::context_full, "the context of " + std::to_string(cache_.context_length()) + " tokens is full: " +
                                                      std::to_string(length_) + " are in use and " + std::to_string(ids.size()) +
                                                      " more do not fit; choose a longer context or begin a new conversation"};
        }
        for (const TokenId id : ids) {
            if (id < model_->vocabulary_size()) continue;
            return Error{ErrorCode::invalid_argument, "token " + std::to_string(id) + ": expected less than the vocabulary of " +
                                                          std::to_string(model_->vocabulary_size())};
        }
        return Status::success();
    }

    Status append_in_turns(std::span<const TokenId> ids) {
        gathered_.clear();
        gathered_.reserve(ids.size() * model_->vocabulary_size());
        for (size_t at = 0; at < ids.size(); at += max_outputs_) {
            const auto part = ids.subspan(at, std::min<size_t>(max_outputs_, ids.size() - at));
            const auto count = static_cast<uint32_t>(part.size());
            RETURN_IF_ERROR(plan_->run({.ids = part, .position = length_ + static_cast<uint32_t>(at), .outputs = count}));
            const Matrix<const float> rows = plan_->rows(logits_tensor_);
            for (size_t r = 0; r < count; ++r) gathered_.insert(gathered_.end(), rows.row(r).begin(), rows.row(r).end());
        }
        return Status::success();
    }

    std::shared_ptr<const BoundModel> model_;
    KvCache cache_;
    std::unique_ptr<Plan> plan_;
    Tensor logits_tensor_;
    std::vector<float> gathered_;  // logits of a batch that was run in turns
    bool in_turns_ = false;
    uint32_t max_batch_ = 1;
    uint32_t max_outputs_ = 1;
    uint32_t length_ = 0;
    uint32_t outputs_ = 0;
};

}  // namespace

Result<std::unique_ptr<Decoder>> Decoder::create(std::shared_ptr<const Model> model, std::shared_ptr<ThreadPool> threads,
                                                 const DecoderOptions& options) {
    const auto loaded = std::dynamic_pointer_cast<const BoundModel>(std::move(model));
    if (loaded == nullptr) return Error{ErrorCode::invalid_argument, "decoder: the model was not made by Model::load"};
    if (threads == nullptr) return Error{ErrorCode::invalid_argument, "decoder: no threads"};
    if (options.context_length == 0 || options.context_length > kLongestContext) {
        return Error{ErrorCode::invalid_argument, "context length: expected 1 to " + std::to_string(kLongestContext) + " tokens, found " +
                                                      std::to_string(options.context_length)};
    }
    try {
        return ModelDecoder::create(loaded, std::move(threads), options);
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "decoder: out of memory; close other programs, or choose a shorter context"};
    }
}

std::string_view cpu_instruction_set() noexcept { return cpu_kernels().name; }
std::string cpu_instruction_set_problem() { return instruction_set_problem(); }

}  // namespace soliloquy
