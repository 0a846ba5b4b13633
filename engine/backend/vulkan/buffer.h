/// engine/backend/vulkan/buffer.h: memory of the device, or memory that host and device share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/backend/vulkan/device.h"
#include "engine/backend/vulkan/memory_type.h"

namespace soliloquy::vulkan {

/// A buffer with memory of its own, and its address in shaders.
class Buffer {
  public:
    /// `what` names it in errors.
    static Result<Buffer> create(const std::shared_ptr<Device>& device, uint64_t bytes, MemoryUse use, std::string_view what);
    Buffer() = default;
    Buffer(Buffer&& other) noexcept { *this = std::move(other); }
    Buffer& operator=(Buffer&& other) noexcept;
    ~Buffer();

    [[nodiscard]] VkBuffer handle() const noexcept { return buffer_; }
    [[nodiscard]] Address address() const noexcept { return address_; }
    [[nodiscard]] uint64_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::byte* mapped() const noexcept { return mapped_; }  ///< null: the host cannot see it; coherent otherwise

  private:
    std::shared_ptr<Device> device_;
    VkBuffer buffer_ = VK_NULL_HANDLE;
    VkDeviceMemory memory_ = VK_NULL_HANDLE;
    uint64_t bytes_ = 0, reserved_ = 0;
    Address address_ = 0;
    std::byte* mapped_ = nullptr;
};

/// Pieces of memory of one use, packed into as few buffers as the device's limits allow.
class Pieces {
  public:
    struct Place {
        uint32_t block = 0;
        uint64_t offset = 0;
    };
    /// Plans `bytes` more, aligned to kAlignment; gives the piece's number. Before allocate() only.
    size_t add(uint64_t bytes, std::string name);
    /// One error for all: which piece is too large for a buffer of this device, or that they do not fit.
    Status allocate(const std::shared_ptr<Device>& device, MemoryUse use, std::string_view what);

    [[nodiscard]] Address address(size_t piece) const noexcept { return blocks_[places_[piece].block].address() + places_[piece].offset; }
    [[nodiscard]] VkBuffer buffer(size_t piece) const noexcept { return blocks_[places_[piece].block].handle(); }
    [[nodiscard]] uint64_t offset(size_t piece) const noexcept { return places_[piece].offset; }
    [[nodiscard]] std::byte* mapped(size_t piece) const noexcept {
        std::byte* block = blocks_[places_[piece].block].mapped();
        return block != nullptr ? block + places_[piece].offset : nullptr;
    }
    [[nodiscard]] uint64_t bytes() const noexcept { return total_; }
    [[nodiscard]] const std::vector<Buffer>& blocks() const noexcept { return blocks_; }

    static constexpr uint64_t kAlignment = 256;

  private:
    struct Piece {
        uint64_t bytes;
        std::string name;
    };
    std::vector<Piece> pieces_;
    std::vector<Place> places_;
    std::vector<Buffer> blocks_;
    uint64_t total_ = 0;
};

}  // namespace soliloquy::vulkan
