/// engine/timeline.cpp: what of a cache can be reused, and the way from a failed device to the CPU.
#include "engine/timeline.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace soliloquy {
namespace {

/// Tokens that `a` and `b` begin with alike.
size_t common_prefix(std::span<const TokenId> a, std::span<const TokenId> b) {
    const auto [at, unused] = std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())), b.begin());
    return static_cast<size_t>(at - a.begin());
}

}  // namespace

bool usable_logits(std::span<const float> logits) noexcept {
    constexpr float kLargest = std::numeric_limits<float>::max();
    unsigned finite = 0, broken = 0;
    for (const float x : logits) {
        broken |= static_cast<unsigned>(!(x <= kLargest));
        finite |= static_cast<unsigned>(x >= -kLargest);
    }
    return broken == 0 && finite != 0;
}

Error unusable_logits_error(const LoadedModel& loaded, bool on_device) {
    const std::string file = loaded.info.path.filename().string();
    if (on_device) {
        return {ErrorCode::device,
                "the model's numbers are not finite (NaN or infinity): the file " + file +
                    " is damaged, or the device computes wrongly. Try --device cpu; if that fails as well, get the file again"};
    }
    return {ErrorCode::invalid_file, "the model's numbers are not finite (NaN or infinity), so it cannot choose a token: the file " + file +
                                         " is probably damaged. Compare its checksum with the publisher's, or get it again"};
}

size_t Timeline::rows_of_fresh_batches(size_t common, size_t n) const noexcept {
    size_t rows = 0;
    for (size_t i = 0; i < batches_.size() && rows < n; ++i) {
        const size_t count = std::min<size_t>(kPrefillBatch, n - rows), end = rows + count;
        if (batches_[i].begin != rows || batches_[i].count != count || end > common) break;
        if (i + 1 < batches_.size() && batches_[i + 1].begin != end) break;
        rows = end;
    }
    return rows;
}

size_t Timeline::reuse(std::span<const TokenId> prompt, bool repeatable) {
    size_t reused = decoder_ == nullptr ? 0 : common_prefix(ids_, prompt);
    if (repeatable) reused = rows_of_fresh_batches(reused, prompt.size());
    kept_are_current_ = reused == prompt.size() && kept_at_ == reused;
    // The last token is evaluated unless its logits are known: they choose the next.
    if (reused == prompt.size() && !kept_are_current_) reused = repeatable ? (reused - 1) / kPrefillBatch * kPrefillBatch : reused - 1;
    truncate(reused);
    return reused;
}

void Timeline::clear() noexcept {
    kept_are_current_ = false;
    truncate(0);
}

void Timeline::truncate(size_t length) noexcept {
    if (decoder_ != nullptr) decoder_->truncate(static_cast<uint32_t>(length));
    if (length < ids_.size()) ids_.resize(length);
    while (!batches_.empty() && batches_.back().begin >= length) batches_.pop_back();
    if (kept_at_ > length) kept_at_ = 0;
}

Status Timeline::append(std::span<const TokenId> ids, LogitsFor wanted, const Watch* watch) {
    kept_are_current_ = false;
    if (decoder_ == nullptr) {
        ASSIGN_OR_RETURN(decoder_, make_decoder(*loaded_, true));
    }
    const Status status = append_once(ids, wanted);
    if (status.ok()) return status;
    if (may_leave_device(status.error())) {
        RETURN_IF_ERROR(go_on_with_cpu(status.error(), watch));
        return append_once(ids, wanted);
    }
    return status;
}

Status Timeline::append_once(std::span<const TokenId> ids, LogitsFor wanted) {
    RETURN_IF_ERROR(decoder_->append(ids, wanted));
    if (wanted != LogitsFor::none) {
        if (Status finite = check_logits(); !finite.ok()) {
            // Nobody knows which rows are sound. go_on_with_cpu() reads them again.
            decoder_->truncate(0);
            if (!may_leave_device(finite.error())) clear();
            return finite;
        }
    }
    // On a device, all logits of a batch are made in turns of fewer tokens: no batch of a fresh session.
    const size_t count = wanted == LogitsFor::all ? 0 : ids.size();
    batches_.push_back({length(), static_cast<uint32_t>(count)});
    ids_.insert(ids_.end(), ids.begin(), ids.end());
    return Status::success();
}

Status Timeline::check_logits() const {
    const Matrix<const float> logits = decoder_->logits();
    for (size_t r = 0; r < logits.rows; ++r) {
        if (!usable_logits(logits.row(r))) {
            return unusable_logits_error(*loaded_, loaded_->model->placement().uses_device() && !left_device_);
        }
    }
    return Status::success();
}

bool Timeline::may_leave_device(const Error& why) const {
    return !left_device_ && loaded_->may_fall_back && loaded_->model->placement().uses_device() &&
           (why.code == ErrorCode::device || why.code == ErrorCode::out_of_memory);
}

Status Timeline::go_on_with_cpu(const Error& why, const Watch* watch) {
    notice_ = "The GPU failed, so this conversation goes on with the CPU: " + why.message;
    const std::vector<TokenId> held = ids_;
    clear();
    decoder_.reset();  // gives the device's memory back first
    left_device_ = true;
    ASSIGN_OR_RETURN(decoder_, make_decoder(*loaded_, true));
    for (size_t at = 0; at < held.size(); at += kPrefillBatch) {
        if (watch != nullptr) {
            watch->sink.on_prompt({std::min(static_cast<uint32_t>(at), watch->prompt_tokens), watch->prompt_tokens, 0});
            if (watch->stop.load()) return Error{ErrorCode::cancelled, "stopped"};
        }
        const auto batch = std::span(held).subspan(at, std::min<size_t>(kPrefillBatch, held.size() - at));
        RETURN_IF_ERROR(append_once(batch, LogitsFor::none));
    }
    return Status::success();
}

void Timeline::keep_logits() {
    const std::span<const float> now = logits();
    if (!kept_are_current_) kept_.assign(now.begin(), now.end());
    kept_at_ = ids_.size();
}

std::span<const float> Timeline::logits() const noexcept {
    return kept_are_current_ ? std::span<const float>(kept_) : decoder_->logits().row(0);
}

}  // namespace soliloquy
