/// engine/backend/vulkan/vulkan_plan.cpp: compiles a graph into recorded commands, and replays them.
#include "engine/backend/vulkan/vulkan_plan.h"

#include <algorithm>
#include <new>

#include "engine/backend/vulkan/lowering.h"

namespace soliloquy::vulkan {
namespace {

constexpr size_t kMostRecorded = 8;  // shapes of one segment; a prompt has batches of two or three sizes, decoding one

}  // namespace

Result<std::unique_ptr<VulkanPlan>> VulkanPlan::compile(std::shared_ptr<Device> device, std::shared_ptr<Pipelines> pipelines,
                                                        const Graph& graph, std::shared_ptr<const Weights> weights,
                                                        const PlanOptions& options) {
    RETURN_IF_ERROR(validate(graph));
    std::unique_ptr<VulkanPlan> plan(new VulkanPlan(device, std::move(pipelines)));
    ASSIGN_OR_RETURN(plan->memory_, PlanMemory::create(device, graph, std::move(weights), options));
    ASSIGN_OR_RETURN(plan->pool_, CommandPool::create(device));
    RETURN_IF_ERROR(plan->lower_all());
    RETURN_IF_ERROR(plan->memory_->initialize(plan->pool_));
    plan->pipelines_->save();
    for (size_t i = 0; i < plan->segments_.size(); ++i) {  // a decode step finds its commands
        const uint32_t outputs = std::min(1u, plan->memory_->options().max_outputs);
        RETURN_IF_ERROR(plan->commands_for(i, {.tokens = 1, .outputs = outputs}));
    }
    return plan;
}

VulkanPlan::~VulkanPlan() = default;

Status VulkanPlan::lower_all() {
    const std::vector<Segment>& segments = memory_->options().segments;
    const bool batches = memory_->options().max_tokens > 1;
    for (const Segment& each : segments) {
        RETURN_IF_ERROR(Lowering(*memory_, each, true).lower());
        if (batches) RETURN_IF_ERROR(Lowering(*memory_, each, false).lower());
    }
    RETURN_IF_ERROR(memory_->allocate_asked());
    for (const Segment& each : segments) {
        Compiled& compiled = segments_.emplace_back();
        ASSIGN_OR_RETURN(auto single, Lowering(*memory_, each, true).lower());
        ASSIGN_OR_RETURN(compiled.single, resolve(std::move(single)));
        if (!batches) continue;
        ASSIGN_OR_RETURN(auto batch, Lowering(*memory_, each, false).lower());
        ASSIGN_OR_RETURN(compiled.batch, resolve(std::move(batch)));
    }
    return Status::success();
}

Result<std::vector<Instruction>> VulkanPlan::resolve(std::vector<Dispatch> dispatches) {
    std::vector<Instruction> instructions;
    instructions.reserve(dispatches.size());
    for (Dispatch& each : dispatches) {
        ASSIGN_OR_RETURN(VkPipeline pipeline, pipelines_->get(each.shader, each.constants));
        instructions.push_back({std::move(each), pipeline});
    }
    return instructions;
}

Result<uint32_t> VulkanPlan::record_into(VkCommandBuffer commands, size_t segment, const StepShape& shape, VkQueryPool timestamps) {
    RETURN_IF_ERROR(pool_.begin(commands));
    const Segment& ops = memory_->options().segments[segment];
    const Recording to{.device = *device_, .layout = pipelines_->layout(), .resources = memory_->resources(), .timestamps = timestamps};
    ASSIGN_OR_RETURN(const uint32_t count, record(to, commands, memory_->copies_in(ops, shape), instructions(segment, shape),
                                                  memory_->copies_out(ops, shape), shape));
    RETURN_IF_ERROR(pool_.end(commands));
    return count;
}

Result<VkCommandBuffer> VulkanPlan::commands_for(size_t segment, const StepShape& shape) {
    std::vector<Recorded>& recorded = segments_[segment].recorded;
    const auto known = std::find_if(recorded.begin(), recorded.end(), [&](const Recorded& each) { return each.shape == shape; });
    if (known != recorded.end()) {
        known->last_used = ++uses_;
        return known->commands;
    }
    Recorded next{.shape = shape, .last_used = ++uses_};
    const bool full = recorded.size() >= kMostRecorded;
    if (full) {
        const auto oldest = std::min_element(recorded.begin(), recorded.end(),
                                             [](const Recorded& a, const Recorded& b) { return a.last_used < b.last_used; });
        pool_.free(oldest->commands);
        recorded.erase(oldest);
    }
    ASSIGN_OR_RETURN(next.commands, pool_.allocate());
    const auto count = record_into(next.commands, segment, shape, VK_NULL_HANDLE);
    if (!count.ok()) {
        pool_.free(next.commands);
        return count.error();
    }
    recorded.push_back(next);
    return next.commands;
}

Status VulkanPlan::check(const Step& step, size_t segment) const {
    const PlanOptions& options = memory_->options();
    const bool fits = segment < segments_.size() && !step.ids.empty() && step.ids.size() <= options.max_tokens &&
                      step.outputs <= options.max_outputs && step.outputs <= step.ids.size();
    if (fits) return Status::success();
    return Error{ErrorCode::internal, "plan: a step of " + std::to_string(step.ids.size()) + " tokens with " +
                                          std::to_string(step.outputs) + " outputs in segment " + std::to_string(segment) +
                                          ", compiled for " + std::to_string(options.max_tokens) + ", " +
                                          std::to_string(options.max_outputs) + " and " + std::to_string(segments_.size()) + " segments"};
}

Status VulkanPlan::run_segment(const Step& step, size_t segment) noexcept {
    try {
        RETURN_IF_ERROR(check(step, segment));
        memory_->write_step(step);
        ASSIGN_OR_RETURN(VkCommandBuffer commands, commands_for(segment, {.tokens = step.tokens(), .outputs = step.outputs}));
        RETURN_IF_ERROR(device_->run_and_wait(commands, pool_.fence()));
        memory_->read_caches();
        return Status::success();
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::out_of_memory, "running a step: the computer's memory is full; close other programs"};
    }
}

Matrix<const float> VulkanPlan::rows(Tensor result) const noexcept {
    const Matrix<float> rows = memory_->result(result);
    return {rows.data, rows.rows, rows.columns, rows.stride};
}

VulkanPlan::Counts VulkanPlan::count_single(size_t segment) const {
    Counts counts;
    Hazards hazards(memory_->resources());
    for (const Instruction& each : segments_[segment].single) {
        if (each.dispatch.grid({.tokens = 1, .outputs = 1}).empty()) continue;
        ++counts.dispatches;
        counts.barriers += hazards.needs_barrier(each.dispatch) ? 1 : 0;
    }
    return counts;
}

Result<std::vector<DispatchTime>> VulkanPlan::time_segment(const Step& step, size_t segment) {
    RETURN_IF_ERROR(check(step, segment));
    if (device_->physical().timestamp_bits == 0) return Error{ErrorCode::unsupported, device_->name() + " has no timestamps"};
    const StepShape shape{.tokens = step.tokens(), .outputs = step.outputs};
    const auto& all = instructions(segment, shape);
    VkQueryPoolCreateInfo info{};
    info.sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO;
    info.queryType = VK_QUERY_TYPE_TIMESTAMP;
    info.queryCount = static_cast<uint32_t>(all.size()) + 1;
    VkQueryPool queries = VK_NULL_HANDLE;
    RETURN_IF_VK_ERROR(device_->vk.vkCreateQueryPool(device_->handle(), &info, nullptr, &queries), device_->name() + ": timing");
    std::vector<uint64_t> ticks;
    const auto measure = [&]() -> Status {
        memory_->write_step(step);
        ASSIGN_OR_RETURN(VkCommandBuffer commands, pool_.allocate());
        const auto count = record_into(commands, segment, shape, queries);
        Status status = count.ok() ? device_->run_and_wait(commands, pool_.fence()) : Status(count.error());
        pool_.free(commands);
        RETURN_IF_ERROR(status);
        memory_->read_caches();
        ticks.resize(*count + size_t{1});
        RETURN_IF_VK_ERROR(
            device_->vk.vkGetQueryPoolResults(device_->handle(), queries, 0, *count + 1, ticks.size() * sizeof(uint64_t), ticks.data(),
                                              sizeof(uint64_t), VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT),
            device_->name() + ": timing");
        return Status::success();
    };
    const Status measured = measure();
    if (!device_->abandoned()) device_->vk.vkDestroyQueryPool(device_->handle(), queries, nullptr);
    RETURN_IF_ERROR(measured);
    const uint32_t bits = device_->physical().timestamp_bits;
    const uint64_t mask = bits >= 64 ? UINT64_MAX : (uint64_t{1} << bits) - 1;
    const double tick = static_cast<double>(device_->physical().limits.timestampPeriod) * 1e-9;
    std::vector<DispatchTime> times;
    for (const Instruction& each : all) {
        if (each.dispatch.grid(shape).empty()) continue;
        const size_t at = times.size();
        times.push_back({each.dispatch.label, static_cast<double>((ticks[at + 1] - ticks[at]) & mask) * tick, each.dispatch.bytes});
    }
    return times;
}

}  // namespace soliloquy::vulkan
