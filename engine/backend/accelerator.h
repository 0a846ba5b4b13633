/// engine/backend/accelerator.h: a device beside the CPU that keeps weights in memory of its own and runs graphs on them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "engine/backend/backend.h"

namespace soliloquy {

enum class AcceleratorKind : uint8_t { discrete, integrated, virtual_gpu, cpu, other };

/// What a user needs to know of a device to choose one.
struct AcceleratorInfo {
    std::string name;    ///< "NVIDIA GeForce RTX 3090"
    std::string driver;  ///< "NVIDIA 550.54, Vulkan 1.3.277"
    AcceleratorKind kind = AcceleratorKind::other;
    uint64_t memory_bytes = 0;  ///< of its own, where weights go
    uint64_t free_bytes = 0;    ///< what the driver says is free now; memory_bytes where it does not say
    uint32_t index = 0;         ///< among the devices of its backend, in the driver's order: "--device vulkan:1"
    std::string problem = {};   ///< what it lacks to run models; empty = nothing
};

/// Weights in the memory of a device, found again by where they lie in the memory of the host.
class DeviceWeights {
  public:
    virtual ~DeviceWeights() = default;
    [[nodiscard]] virtual uint64_t bytes() const noexcept = 0;
};

/// One opened device. Shared by the models that are loaded on it; compiling and uploading from one thread at a time.
class Accelerator {
  public:
    virtual ~Accelerator() = default;
    [[nodiscard]] virtual const AcceleratorInfo& info() const noexcept = 0;
    /// Copies the weights. Weights may overlap or repeat; each byte is copied once. `progress` gets 0..1; false cancels. out_of_memory says
    /// how much was asked for, how much is there and what to try.
    [[nodiscard]] virtual Result<std::shared_ptr<const DeviceWeights>> upload(std::span<const Weight> weights,
                                                                              const std::function<bool(float)>& progress) = 0;
    /// Every weight of the graph must lie in `weights`. Caches live as long as the plan, in its own memory; what TensorInfo::cache
    /// points to is not touched and may be null.
    [[nodiscard]] virtual Result<std::unique_ptr<Plan>> compile(const Graph& graph, std::shared_ptr<const DeviceWeights> weights,
                                                                const PlanOptions& options) = 0;
    /// Bytes per second, read and written, of a copy within the device's memory. Takes up to a second.
    [[nodiscard]] virtual Result<double> measure_copy_bandwidth() {
        return Error{ErrorCode::unsupported, info().name + ": the speed of its memory cannot be measured"};
    }
};

}  // namespace soliloquy
