/// engine/backend/vulkan/plan_memory.cpp: lays out the memory of a plan and the copies of a step.
#include "engine/backend/vulkan/plan_memory.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace soliloquy::vulkan {
namespace {

constexpr uint64_t kFloatsInLine = 16;

uint64_t stride_of(uint64_t columns) { return (columns + kFloatsInLine - 1) / kFloatsInLine * kFloatsInLine; }

Copy copy_between(const Pieces& from, size_t source, const Pieces& to, size_t target, uint64_t bytes) {
    return {from.buffer(source), to.buffer(target), {.srcOffset = from.offset(source), .dstOffset = to.offset(target), .size = bytes}};
}

}  // namespace

Result<std::unique_ptr<PlanMemory>> PlanMemory::create(std::shared_ptr<Device> device, const Graph& graph,
                                                       std::shared_ptr<const Weights> weights, const PlanOptions& options) {
    std::unique_ptr<PlanMemory> memory(new PlanMemory(std::move(device), graph, std::move(weights), options));
    auto& segments = memory->options_.segments;
    if (segments.empty()) segments.push_back({.first = 0, .end = graph.ops().size()});
    size_t last = 0;
    for (const Segment& each : segments) {
        if (each.first < last || each.end < each.first || each.end > graph.ops().size()) {
            return Error{ErrorCode::internal, "plan: segments must lie in the graph, in its order"};
        }
        last = each.end;
    }
    RETURN_IF_ERROR(memory->place_tensors());
    return memory;
}

uint64_t PlanMemory::max_rows(const TensorInfo& info) const noexcept {
    return info.rows_of == Rows::per_output ? options_.max_outputs : info.rows_of == Rows::per_token ? options_.max_tokens : info.rows;
}

uint64_t PlanMemory::tensor_bytes(const TensorInfo& info) const noexcept {
    if (info.role == TensorRole::cache) return info.rows * row_bytes(info.type, info.columns);
    return max_rows(info) * stride_of(info.columns) * sizeof(float);
}

uint32_t PlanMemory::stride(Tensor activation) const noexcept {
    return static_cast<uint32_t>(stride_of(graph_[graph_.owner(activation)].columns));
}

Status PlanMemory::place_weight(uint32_t index) {
    const Weight& weight = graph_.tensors()[index].weight;
    addresses_[index] = weights_->find(weight);
    if (addresses_[index] != 0) return Status::success();
    return Error{ErrorCode::internal, "plan: tensor " + std::string(weight.name) + " was not copied to " + device_->name()};
}

Status PlanMemory::place_tensors() {
    addresses_.assign(graph_.tensors().size(), 0);
    tensor_pieces_.assign(graph_.tensors().size(), kNone);
    std::set<uint32_t> touched;
    for (const Segment& each : options_.segments) {
        for (size_t i = each.first; i < each.end; ++i) {
            for_each_operand(graph_.ops()[i], [&](Tensor t, Access) { touched.insert(t.index); });
        }
        for (const Tensor t : each.inputs) touched.insert(t.index);
        for (const Tensor t : each.results) touched.insert(t.index);
    }
    for (const uint32_t index : touched) {
        const Tensor owner = graph_.owner({index});
        const TensorInfo& info = graph_[owner];
        if (info.role == TensorRole::weight) {
            RETURN_IF_ERROR(place_weight(index));
        } else if (tensor_pieces_[owner.index] == kNone) {
            const char* kind = info.role == TensorRole::cache ? "cache " : "activation ";
            tensor_pieces_[owner.index] = fixed_.add(tensor_bytes(info), kind + info.name);
        }
    }
    RETURN_IF_ERROR(fixed_.allocate(device_, MemoryUse::device,
                                    "caches, and activations of a batch of " + std::to_string(options_.max_tokens) + " tokens"));
    for (uint32_t i = 1; i < addresses_.size(); ++i) {
        const size_t piece = tensor_pieces_[graph_.owner({i}).index];
        if (piece != kNone) addresses_[i] = fixed_.address(piece) + graph_.tensors()[i].first_column * sizeof(float);
    }
    return Status::success();
}

Result<Address> PlanMemory::rotations(const std::shared_ptr<const RopeTable>& table) {
    const auto known = std::find_if(rotations_.begin(), rotations_.end(), [&](const Rotation& each) { return each.table == table; });
    if (known != rotations_.end()) return learning_ ? kUnknown : asked_.address(known->on_device);
    if (!learning_) return Error{ErrorCode::internal, "plan: a rotation that was not there at first"};
    rotations_.push_back({.table = table});
    return kUnknown;
}

Result<Address> PlanMemory::constant(std::span<const std::byte> bytes) {
    const std::string_view key(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto known = constants_.find(key);
    if (known != constants_.end()) return learning_ ? kUnknown : asked_.address(known->second.piece);
    if (!learning_) return Error{ErrorCode::internal, "plan: a constant that was not there at first"};
    constants_.emplace(key, Sized{.bytes = bytes.size()});
    return kUnknown;
}

Result<Binding::Scratch> PlanMemory::scratch(std::string_view name, uint64_t bytes) {
    auto known = scratches_.find(name);
    if (known == scratches_.end() && learning_) known = scratches_.emplace(name, Sized{}).first;
    if (known == scratches_.end()) return Error{ErrorCode::internal, "plan: scratch " + std::string(name) + " was not there at first"};
    if (learning_) {
        known->second.bytes = std::max(known->second.bytes, bytes);
        return Scratch{kUnknown, 0};
    }
    if (bytes > known->second.bytes) return Error{ErrorCode::internal, "plan: scratch " + std::string(name) + " has grown"};
    return Scratch{asked_.address(known->second.piece), known->second.resource};
}

Status PlanMemory::allocate_asked() {
    const uint64_t step_block = sizeof(params::StepHead) + uint64_t{options_.max_tokens} * sizeof(uint32_t);
    step_ = asked_.add(step_block, "step block");
    host_step_ = upload_.add(step_block, "step block");
    for (Rotation& each : rotations_) {
        const uint64_t bytes = uint64_t{options_.max_tokens} * each.table->frequencies.size() * 2 * sizeof(float);
        each.on_device = asked_.add(bytes, "rotations");
        each.on_host = upload_.add(bytes, "rotations");
    }
    auto resource = static_cast<Resource>(graph_.tensors().size());
    for (auto& [name, each] : scratches_) {
        each.piece = asked_.add(each.bytes, "scratch " + name);
        each.resource = resource++;
    }
    for (auto& [bytes, each] : constants_) each.piece = asked_.add(each.bytes, "constants");
    for (const Segment& segment : options_.segments) {
        for (const Tensor t : segment.inputs) {
            if (inputs_.count(t.index) == 0) inputs_[t.index] = upload_.add(tensor_bytes(graph_[t]), graph_[t].name);
        }
        for (const Tensor t : segment.results) {
            if (results_.count(t.index) == 0) results_[t.index] = readback_.add(tensor_bytes(graph_[t]), graph_[t].name);
        }
    }
    for (uint32_t i = 1; options_.whole_memory && i < tensor_pieces_.size(); ++i) {
        const TensorInfo& info = graph_.tensors()[i];
        if (tensor_pieces_[i] == kNone || info.role != TensorRole::cache) continue;
        caches_in_[i] = upload_.add(tensor_bytes(info), info.name);
        caches_out_[i] = readback_.add(tensor_bytes(info), info.name);
    }
    RETURN_IF_ERROR(asked_.allocate(device_, MemoryUse::device, "partial results and constants of the plan"));
    RETURN_IF_ERROR(upload_.allocate(device_, MemoryUse::upload, "inputs of a step"));
    if (!results_.empty() || !caches_out_.empty()) RETURN_IF_ERROR(readback_.allocate(device_, MemoryUse::readback, "results of a step"));
    for (const Buffer& block : upload_.blocks()) std::memset(block.mapped(), 0, block.bytes());
    learning_ = false;
    return Status::success();
}

Status PlanMemory::initialize(CommandPool& pool) {
    Pieces staging;
    std::vector<std::pair<const std::string*, size_t>> staged;
    for (const auto& [bytes, each] : constants_) staged.emplace_back(&bytes, staging.add(each.bytes, "constants"));
    if (!staged.empty()) RETURN_IF_ERROR(staging.allocate(device_, MemoryUse::upload, "staging memory"));
    for (const auto& [bytes, piece] : staged) std::memcpy(staging.mapped(piece), bytes->data(), bytes->size());
    return pool.run([&](VkCommandBuffer commands) {
        for (const Pieces* pieces : {&fixed_, &asked_}) {
            for (const Buffer& block : pieces->blocks()) device_->vk.vkCmdFillBuffer(commands, block.handle(), 0, VK_WHOLE_SIZE, 0);
        }
        const VkMemoryBarrier filled{.sType = VK_STRUCTURE_TYPE_MEMORY_BARRIER,
                                     .pNext = nullptr,
                                     .srcAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT,
                                     .dstAccessMask = VK_ACCESS_TRANSFER_WRITE_BIT};
        device_->vk.vkCmdPipelineBarrier(commands, VK_PIPELINE_STAGE_TRANSFER_BIT, VK_PIPELINE_STAGE_TRANSFER_BIT, 0, 1, &filled, 0,
                                         nullptr, 0, nullptr);
        for (const auto& [bytes, piece] : staged) {
            const Copy copy = copy_between(staging, piece, asked_, constants_.find(*bytes)->second.piece, bytes->size());
            device_->vk.vkCmdCopyBuffer(commands, copy.from, copy.to, 1, &copy.region);
        }
    });
}

void PlanMemory::write_rotations(const Step& step) noexcept {
    if (step.position == rotated_position_ && step.tokens() == rotated_tokens_) return;
    rotated_position_ = step.position;
    rotated_tokens_ = step.tokens();
    for (const Rotation& each : rotations_) {
        auto* out = reinterpret_cast<float*>(upload_.mapped(each.on_host));
        const double magnitude = each.table->magnitude;
        for (uint32_t t = 0; t < step.tokens(); ++t) {
            for (const float frequency : each.table->frequencies) {
                const double angle = static_cast<double>(step.position + t) * static_cast<double>(frequency);
                *out++ = static_cast<float>(std::cos(angle) * magnitude);
                *out++ = static_cast<float>(std::sin(angle) * magnitude);
            }
        }
    }
}

void PlanMemory::write_step(const Step& step) noexcept {
    const params::StepHead head{.tokens = step.tokens(), .position = step.position, .outputs = step.outputs, .reserved = 0};
    std::byte* block = upload_.mapped(host_step_);
    std::memcpy(block, &head, sizeof(head));
    std::memcpy(block + sizeof(head), step.ids.data(), step.ids.size_bytes());
    write_rotations(step);
    for (const auto& [index, piece] : caches_in_) {
        const TensorInfo& info = graph_.tensors()[index];
        if (info.cache != nullptr) std::memcpy(upload_.mapped(piece), info.cache, tensor_bytes(info));
    }
}

void PlanMemory::read_caches() noexcept {
    for (const auto& [index, piece] : caches_out_) {
        const TensorInfo& info = graph_.tensors()[index];
        if (info.cache != nullptr) std::memcpy(info.cache, readback_.mapped(piece), tensor_bytes(info));
    }
}

uint64_t PlanMemory::step_bytes(const StepShape& shape, Tensor t) const noexcept {
    const TensorInfo& info = graph_[t];
    return options_.whole_memory ? tensor_bytes(info) : shape.rows(info.rows_of) * stride_of(info.columns) * sizeof(float);
}

std::vector<Copy> PlanMemory::copies_in(const Segment& segment, const StepShape& shape) const {
    std::vector<Copy> copies;
    copies.push_back(copy_between(upload_, host_step_, asked_, step_, sizeof(params::StepHead) + shape.tokens * sizeof(uint32_t)));
    for (const Rotation& each : rotations_) {
        copies.push_back(
            copy_between(upload_, each.on_host, asked_, each.on_device, shape.tokens * each.table->frequencies.size() * 2 * sizeof(float)));
    }
    for (const Tensor t : segment.inputs) {
        const uint64_t bytes = step_bytes(shape, t);
        if (bytes > 0) copies.push_back(copy_between(upload_, inputs_.at(t.index), fixed_, tensor_pieces_[t.index], bytes));
    }
    for (const auto& [index, piece] : caches_in_) {
        copies.push_back(copy_between(upload_, piece, fixed_, tensor_pieces_[index], tensor_bytes(graph_.tensors()[index])));
    }
    return copies;
}

std::vector<Copy> PlanMemory::copies_out(const Segment& segment, const StepShape& shape) const {
    std::vector<Copy> copies;
    for (const Tensor t : segment.results) {
        const uint64_t bytes = step_bytes(shape, t);
        if (bytes > 0) copies.push_back(copy_between(fixed_, tensor_pieces_[t.index], readback_, results_.at(t.index), bytes));
    }
    for (const auto& [index, piece] : caches_out_) {
        copies.push_back(copy_between(fixed_, tensor_pieces_[index], readback_, piece, tensor_bytes(graph_.tensors()[index])));
    }
    return copies;
}

Matrix<float> PlanMemory::host_rows(Tensor t, const std::map<uint32_t, size_t>& places, const Pieces& pieces) const noexcept {
    const auto place = places.find(t.index);
    if (place == places.end()) return {};
    const TensorInfo& info = graph_[t];
    return {reinterpret_cast<float*>(pieces.mapped(place->second)), max_rows(info), info.columns, stride_of(info.columns)};
}

}  // namespace soliloquy::vulkan
