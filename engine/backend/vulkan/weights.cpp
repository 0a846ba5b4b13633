/// engine/backend/vulkan/weights.cpp: copies every byte of the weights to the device once, in chunks that can be cancelled.
#include "engine/backend/vulkan/weights.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace soliloquy::vulkan {
namespace {

constexpr uint64_t kChunk = uint64_t{16} << 20;

/// The bytes between the first and the last row of a weight. Slices may be apart, as in one tensor of gates and ups.
const std::byte* end_of(const Weight& w) {
    return w.data + (w.slices - 1) * w.slice_bytes + (w.rows - 1) * w.row_bytes + row_bytes(w.type, w.columns);
}

Error cancelled() { return {ErrorCode::cancelled, "copying the weights to the device was cancelled"}; }

}  // namespace

Result<std::shared_ptr<const Weights>> Weights::upload(const std::shared_ptr<Device>& device, std::span<const Weight> weights,
                                                       const std::function<bool(float)>& progress) {
    std::shared_ptr<Weights> all(new Weights(device));
    std::vector<Interval>& intervals = all->intervals_;
    for (const Weight& w : weights) {
        if (w && w.rows > 0 && w.slices > 0) intervals.push_back({w.data, end_of(w), w.name});
    }
    std::sort(intervals.begin(), intervals.end(), [](const Interval& a, const Interval& b) { return std::less<>{}(a.begin, b.begin); });
    size_t last = 0;
    for (size_t i = 1; i < intervals.size(); ++i) {
        if (std::less<>{}(intervals[i].begin, intervals[last].end)) {
            intervals[last].end = std::max(intervals[last].end, intervals[i].end, std::less<>{});
        } else {
            intervals[++last] = intervals[i];
        }
    }
    if (!intervals.empty()) intervals.resize(last + 1);
    for (Interval& each : intervals) {
        each.piece = all->pieces_.add(static_cast<uint64_t>(each.end - each.begin), "tensor " + std::string(each.name));
    }
    RETURN_IF_ERROR(all->pieces_.allocate(device, MemoryUse::device, "weights of the model"));
    const auto& blocks = all->pieces_.blocks();
    const bool mapped = std::all_of(blocks.begin(), blocks.end(), [](const Buffer& block) { return block.mapped() != nullptr; });
    const AcceleratorKind kind = device->physical().info.kind;
    const bool shared = kind == AcceleratorKind::integrated || kind == AcceleratorKind::cpu;
    const bool in_place = mapped && shared && !device->options().always_stage;
    RETURN_IF_ERROR(in_place ? all->copy_in_place(progress) : all->copy_staged(progress));
    for (Interval& each : intervals) each.name = {};
    return std::shared_ptr<const Weights>(std::move(all));
}

Status Weights::copy_in_place(const std::function<bool(float)>& progress) {
    uint64_t done = 0;
    for (const Interval& each : intervals_) {
        const auto size = static_cast<uint64_t>(each.end - each.begin);
        for (uint64_t at = 0; at < size; at += kChunk) {
            const uint64_t bytes = std::min(kChunk, size - at);
            std::memcpy(pieces_.mapped(each.piece) + at, each.begin + at, bytes);
            done += bytes;
            if (progress && !progress(static_cast<float>(done) / static_cast<float>(pieces_.bytes()))) return cancelled();
        }
    }
    return Status::success();
}

/// The host fills one staging buffer (which reads the file) while the device copies from the other.
Status Weights::copy_staged(const std::function<bool(float)>& progress) {
    struct Side {
        Buffer staging;
        CommandPool pool;
        VkCommandBuffer commands = VK_NULL_HANDLE;
        bool busy = false;
    };
    std::array<Side, 2> sides;
    for (Side& side : sides) {
        ASSIGN_OR_RETURN(side.staging, Buffer::create(device_, std::min(kChunk, pieces_.bytes()), MemoryUse::upload, "staging memory"));
        ASSIGN_OR_RETURN(side.pool, CommandPool::create(device_));
        ASSIGN_OR_RETURN(side.commands, side.pool.allocate());
    }
    const auto finish = [&](Side& side) {
        if (!side.busy) return Status::success();
        side.busy = false;
        return device_->wait(side.pool.fence());
    };
    const auto copy = [&](Side& side, const Interval& each, uint64_t at, uint64_t bytes) -> Status {
        RETURN_IF_ERROR(finish(side));
        std::memcpy(side.staging.mapped(), each.begin + at, bytes);
        RETURN_IF_ERROR(side.pool.begin(side.commands));
        const VkBufferCopy region{.srcOffset = 0, .dstOffset = pieces_.offset(each.piece) + at, .size = bytes};
        device_->vk.vkCmdCopyBuffer(side.commands, side.staging.handle(), pieces_.buffer(each.piece), 1, &region);
        RETURN_IF_ERROR(side.pool.end(side.commands));
        RETURN_IF_ERROR(device_->submit(side.commands, side.pool.fence()));
        side.busy = true;
        return Status::success();
    };
    uint64_t done = 0;
    size_t turn = 0;
    Status status = Status::success();
    for (size_t i = 0; i < intervals_.size() && status.ok(); ++i) {
        const auto size = static_cast<uint64_t>(intervals_[i].end - intervals_[i].begin);
        for (uint64_t at = 0; at < size && status.ok(); at += kChunk) {
            const uint64_t bytes = std::min(kChunk, size - at);
            status = copy(sides[turn++ % 2], intervals_[i], at, bytes);
            done += bytes;
            const float share = static_cast<float>(done) / static_cast<float>(pieces_.bytes());
            if (status.ok() && progress && !progress(share)) status = cancelled();
        }
    }
    for (Side& side : sides) {  // also after an error: the device may still be reading
        const Status finished = finish(side);
        if (status.ok()) status = finished;
    }
    return status;
}

Address Weights::find(const Weight& weight) const noexcept {
    const auto after = std::upper_bound(intervals_.begin(), intervals_.end(), weight.data,
                                        [](const std::byte* data, const Interval& each) { return std::less<>{}(data, each.begin); });
    if (after == intervals_.begin()) return 0;
    const Interval& in = *std::prev(after);
    if (std::less<>{}(in.end, end_of(weight))) return 0;
    return pieces_.address(in.piece) + static_cast<uint64_t>(weight.data - in.begin);
}

}  // namespace soliloquy::vulkan
