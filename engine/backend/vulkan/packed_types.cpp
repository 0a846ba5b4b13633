/// engine/backend/vulkan/packed_types.cpp: measures both kinds of products, and keeps what came out.
#include "engine/backend/vulkan/packed_types.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <locale>
#include <optional>
#include <sstream>

#include "engine/backend/vulkan/pipeline_file.h"
#include "engine/backend/vulkan/vulkan_plan.h"

namespace soliloquy::vulkan {
namespace {

constexpr std::string_view kHeading = "soliloquy packed products 1";
constexpr uint64_t kMeasuredBytes = uint64_t{64} << 20;
constexpr uint64_t kColumns = 2048;
constexpr int kRuns = 5;
constexpr size_t kMostLines = 64;

uint64_t bit_of(DType type) { return uint64_t{1} << static_cast<uint32_t>(type); }

std::string key_of(DType type) {
    std::string key(dtype_traits(type).name);
    for (char& c : key) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return key;
}

std::optional<DType> type_of(const std::string& key) {
    for (uint32_t id = 0; id < 64; ++id) {
        const auto traits = dtype_traits(id);
        if (traits && traits->quantized && key_of(static_cast<DType>(id)) == key) return static_cast<DType>(id);
    }
    return std::nullopt;
}

/// The best of a few runs.
Result<double> seconds_of(VulkanPlan& plan) {
    const uint32_t id = 0;
    double best = 1e9;
    for (int run = 0; run < kRuns; ++run) {
        ASSIGN_OR_RETURN(const auto times, plan.time_segment({.ids = {&id, 1}, .position = 0, .outputs = 0}, 0));
        double sum = 0.0;
        for (const DispatchTime& each : times) sum += each.seconds;
        best = std::min(best, sum);
    }
    return best;
}

}  // namespace

PackedTimings read_packed_timings(const std::filesystem::path& file) {
    PackedTimings timings;
    std::ifstream in(file);
    std::string line;
    if (!std::getline(in, line) || line != kHeading) return timings;
    for (size_t n = 0; n < kMostLines && std::getline(in, line); ++n) {
        std::istringstream fields(line);
        fields.imbue(std::locale::classic());
        std::string key;
        double plain = 0.0, packed = 0.0;
        if (!(fields >> key >> plain >> packed) || !(plain > 0.0) || !(packed > 0.0)) continue;
        if (const auto type = type_of(key)) timings[*type] = {plain * 1e-6, packed * 1e-6};
    }
    return timings;
}

bool write_packed_timings(const std::filesystem::path& file, const PackedTimings& timings) {
    std::ostringstream out;
    out.imbue(std::locale::classic());
    out << kHeading << '\n';
    for (const auto& [type, timing] : timings)
        out << key_of(type) << ' ' << timing.plain_seconds * 1e6 << ' ' << timing.packed_seconds * 1e6 << '\n';
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    const std::filesystem::path next = file.string() + ".new";
    {
        std::ofstream to(next, std::ios::trunc);
        to << out.str();
        if (!to.flush()) return false;
    }
    std::filesystem::rename(next, file, error);  // readers see the old file or the new one
    return !error;
}

Result<PackedTiming> time_packed(const std::shared_ptr<Device>& device, const std::shared_ptr<Pipelines>& pipelines, DType type,
                                 uint64_t bytes) {
    const uint64_t row = row_bytes(type, kColumns), rows = std::max<uint64_t>(1, bytes / row);
    const std::vector<std::byte> zeros(row * rows);
    const Weight weight{.name = "measured",
                        .type = type,
                        .columns = kColumns,
                        .rows = rows,
                        .slices = 1,
                        .row_bytes = row,
                        .slice_bytes = row * rows,
                        .data = zeros.data()};
    Graph graph;
    const Tensor x = graph.activation("x", kColumns), y = graph.activation("y", rows);
    graph.add(MatMul{.y = y, .x = x, .w = graph.weight(weight)});
    ASSIGN_OR_RETURN(const auto weights, Weights::upload(device, {&weight, 1}, nullptr));
    const PlanOptions options{.max_tokens = 1, .max_outputs = 1, .segments = {{.first = 0, .end = 1, .inputs = {x}}}};

    PackedTiming timing;
    const uint64_t before = device->physical().traits.packed_types;
    const auto measure = [&](uint64_t mask, double& seconds) -> Status {
        device->use_packed_types(mask);
        ASSIGN_OR_RETURN(const auto plan, VulkanPlan::compile(device, pipelines, graph, weights, options));
        ASSIGN_OR_RETURN(seconds, seconds_of(*plan));
        return Status::success();
    };
    Status status = measure(0, timing.plain_seconds);
    if (status.ok()) status = measure(bit_of(type), timing.packed_seconds);
    device->use_packed_types(before);
    RETURN_IF_ERROR(status);
    return timing;
}

void choose_packed_types(const std::shared_ptr<Device>& device, const std::shared_ptr<Pipelines>& pipelines, const Graph& graph) {
    const PhysicalDevice& physical = device->physical();
    const VulkanOptions& options = device->options();
    uint64_t mask = 0;
    if (options.packed_types) {
        for (const DType each : *options.packed_types) mask |= bit_of(each);
        device->use_packed_types(physical.integer_dot_product ? mask : 0);
        return;
    }
    const bool may_pack = physical.integer_dot_product && physical.traits.integer_dot && physical.info.kind != AcceleratorKind::cpu;
    if (!may_pack || options.pipeline_cache_folder.empty()) return;

    const auto file = pipeline_file(options.pipeline_cache_folder, physical.cache_uuid).replace_extension(".packed");
    PackedTimings timings = read_packed_timings(file);
    bool is_new = false;
    for (const TensorInfo& each : graph.tensors()) {
        const bool product = each.role == TensorRole::weight && dtype_traits(each.weight.type).quantized;
        if (!product || timings.contains(each.weight.type)) continue;
        const auto timing = time_packed(device, pipelines, each.weight.type, kMeasuredBytes);
        if (!timing.ok()) continue;  // no room, no timestamps: plain products need neither
        timings[each.weight.type] = *timing;
        is_new = true;
    }
    if (is_new && !write_packed_timings(file, timings)) return;  // next time might choose otherwise
    for (const auto& [type, timing] : timings) {
        if (timing.packed_is_faster()) mask |= bit_of(type);
    }
    device->use_packed_types(mask);
}

}  // namespace soliloquy::vulkan
