/// engine/backend/vulkan/buffer.cpp: allocates buffers from the kind of memory that fits their use.
#include "engine/backend/vulkan/buffer.h"

#include <algorithm>
#include <utility>

namespace soliloquy::vulkan {
namespace {

constexpr uint64_t kMostInBlock = uint64_t{1} << 30;  // larger blocks save nothing, and are harder to find in used memory

}  // namespace

Result<Buffer> Buffer::create(const std::shared_ptr<Device>& device, uint64_t bytes, MemoryUse use, std::string_view what) {
    Buffer buffer;
    buffer.device_ = device;
    buffer.bytes_ = std::max<uint64_t>(bytes, 16);
    const auto failed = [&](VkResult result) {
        const bool full = result == VK_ERROR_OUT_OF_DEVICE_MEMORY || result == VK_ERROR_OUT_OF_HOST_MEMORY;
        return full ? device->out_of_memory(bytes, what) : vk_error(result, device->name() + ": " + std::string(what));
    };
    const VkBufferCreateInfo info{.sType = VK_STRUCTURE_TYPE_BUFFER_CREATE_INFO,
                                  .pNext = nullptr,
                                  .flags = 0,
                                  .size = buffer.bytes_,
                                  .usage = VK_BUFFER_USAGE_STORAGE_BUFFER_BIT | VK_BUFFER_USAGE_SHADER_DEVICE_ADDRESS_BIT |
                                           VK_BUFFER_USAGE_TRANSFER_SRC_BIT | VK_BUFFER_USAGE_TRANSFER_DST_BIT,
                                  .sharingMode = VK_SHARING_MODE_EXCLUSIVE,
                                  .queueFamilyIndexCount = 0,
                                  .pQueueFamilyIndices = nullptr};
    if (const VkResult made = device->vk.vkCreateBuffer(device->handle(), &info, nullptr, &buffer.buffer_); made != VK_SUCCESS)
        return failed(made);
    VkMemoryRequirements needs;
    device->vk.vkGetBufferMemoryRequirements(device->handle(), buffer.buffer_, &needs);
    const auto type = choose_memory_type(device->physical().memory, device->physical().info.kind, needs.memoryTypeBits, use);
    if (!type) return Error{ErrorCode::unsupported, device->name() + " has no memory for " + std::string(what) + "; go on with the CPU"};
    RETURN_IF_ERROR(device->reserve(needs.size, what));
    buffer.reserved_ = needs.size;
    const VkMemoryAllocateFlagsInfo flags{.sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_FLAGS_INFO,
                                          .pNext = nullptr,
                                          .flags = VK_MEMORY_ALLOCATE_DEVICE_ADDRESS_BIT,
                                          .deviceMask = 0};
    const VkMemoryAllocateInfo allocation{
        .sType = VK_STRUCTURE_TYPE_MEMORY_ALLOCATE_INFO, .pNext = &flags, .allocationSize = needs.size, .memoryTypeIndex = *type};
    if (const VkResult got = device->vk.vkAllocateMemory(device->handle(), &allocation, nullptr, &buffer.memory_); got != VK_SUCCESS)
        return failed(got);
    if (const VkResult bound = device->vk.vkBindBufferMemory(device->handle(), buffer.buffer_, buffer.memory_, 0); bound != VK_SUCCESS)
        return failed(bound);
    const VkMemoryPropertyFlags has = device->physical().memory.memoryTypes[*type].propertyFlags;
    if ((has & VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT) != 0 && (has & VK_MEMORY_PROPERTY_HOST_COHERENT_BIT) != 0) {
        void* mapped = nullptr;
        const VkResult result = device->vk.vkMapMemory(device->handle(), buffer.memory_, 0, VK_WHOLE_SIZE, 0, &mapped);
        if (result == VK_SUCCESS) {
            buffer.mapped_ = static_cast<std::byte*>(mapped);
        } else if (use != MemoryUse::device) {
            return failed(result);
        }
    }
    const VkBufferDeviceAddressInfo address{
        .sType = VK_STRUCTURE_TYPE_BUFFER_DEVICE_ADDRESS_INFO, .pNext = nullptr, .buffer = buffer.buffer_};
    buffer.address_ = device->vk.vkGetBufferDeviceAddress(device->handle(), &address);
    return buffer;
}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
    std::swap(device_, other.device_), std::swap(buffer_, other.buffer_), std::swap(memory_, other.memory_);
    std::swap(bytes_, other.bytes_), std::swap(reserved_, other.reserved_), std::swap(address_, other.address_),
        std::swap(mapped_, other.mapped_);
    return *this;
}

Buffer::~Buffer() {
    if (device_ == nullptr || device_->abandoned()) return;
    if (buffer_ != VK_NULL_HANDLE) device_->vk.vkDestroyBuffer(device_->handle(), buffer_, nullptr);
    if (memory_ != VK_NULL_HANDLE) device_->vk.vkFreeMemory(device_->handle(), memory_, nullptr);
    device_->release(reserved_);
}

size_t Pieces::add(uint64_t bytes, std::string name) {
    pieces_.push_back({(std::max<uint64_t>(bytes, 1) + kAlignment - 1) / kAlignment * kAlignment, std::move(name)});
    total_ += pieces_.back().bytes;
    return pieces_.size() - 1;
}

Status Pieces::allocate(const std::shared_ptr<Device>& device, MemoryUse use, std::string_view what) {
    const uint64_t limit = device->physical().max_buffer_bytes;
    std::vector<uint64_t> sizes;
    for (const Piece& piece : pieces_) {
        if (piece.bytes > limit) {
            return Error{ErrorCode::unsupported,
                         device->name() + ": " + piece.name + " needs " + std::to_string(piece.bytes >> 20) +
                             " MiB in one piece, the driver gives at most " + std::to_string(limit >> 20) +
                             " MiB; leave its layer on the CPU (--gpu-layers), or use a smaller quantisation or context"};
        }
        if (sizes.empty() || sizes.back() + piece.bytes > std::min(limit, kMostInBlock)) sizes.push_back(0);
        places_.push_back({static_cast<uint32_t>(sizes.size() - 1), sizes.back()});
        sizes.back() += piece.bytes;
    }
    if (use == MemoryUse::device && total_ > free_bytes(device->physical())) return device->out_of_memory(total_, what);
    for (const uint64_t bytes : sizes) {
        ASSIGN_OR_RETURN(Buffer block, Buffer::create(device, bytes, use, what));
        blocks_.push_back(std::move(block));
    }
    return Status::success();
}

}  // namespace soliloquy::vulkan
