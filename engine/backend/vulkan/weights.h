/// engine/backend/vulkan/weights.h: the weights of a model in the device's memory.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "engine/backend/vulkan/buffer.h"

namespace soliloquy::vulkan {

class Weights final : public DeviceWeights {
  public:
    static Result<std::shared_ptr<const Weights>> upload(const std::shared_ptr<Device>& device, std::span<const Weight> weights,
                                                         const std::function<bool(float)>& progress);

    [[nodiscard]] uint64_t bytes() const noexcept override { return pieces_.bytes(); }
    /// Where the weight lies on the device; 0 when it was not uploaded.
    [[nodiscard]] Address find(const Weight& weight) const noexcept;
    [[nodiscard]] const Device& device() const noexcept { return *device_; }

  private:
    /// Bytes of the host that weights lie in, and the piece of device memory that holds them.
    struct Interval {
        const std::byte *begin, *end;
        std::string_view name;  ///< of the first weight; valid while uploading
        size_t piece = 0;
    };
    explicit Weights(std::shared_ptr<Device> device) : device_(std::move(device)) {}
    Status copy_in_place(const std::function<bool(float)>& progress);
    Status copy_staged(const std::function<bool(float)>& progress);

    std::shared_ptr<Device> device_;
    std::vector<Interval> intervals_;  // sorted, apart from each other
    Pieces pieces_;
};

}  // namespace soliloquy::vulkan
