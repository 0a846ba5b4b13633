/// engine/devices.cpp: which device a request gets, and the reason told to the user.
#include <algorithm>
#include <charconv>
#include <exception>

#include "engine/backend/placement.h"
#include "engine/core/thread_pool.h"
#include "engine/device_source.h"
#include "engine/engine.h"
#include "engine/model/decoder.h"

namespace soliloquy {
namespace {

std::string_view kind_name(AcceleratorKind kind) {
    switch (kind) {
        case AcceleratorKind::discrete:
            return "GPU";
        case AcceleratorKind::integrated:
            return "integrated GPU";
        case AcceleratorKind::virtual_gpu:
            return "virtual GPU";
        case AcceleratorKind::cpu:
            return "CPU pretending to be a GPU";
        case AcceleratorKind::other:
            break;
    }
    return "device of an unknown kind";
}

std::string cpu_description(unsigned threads) {
    const unsigned count = threads > 0 ? threads : ThreadPool::usable_cores();
    return "CPU, " + std::to_string(count) + (count == 1 ? " thread, " : " threads, ") + std::string(cpu_instruction_set());
}

bool is_real_gpu(const DeviceReport& device) { return device.device == Device::vulkan && device.kind != kind_name(AcceleratorKind::cpu); }

std::string in_lower_case(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower) letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    return lower;
}

/// Why the CPU: what was found instead of a GPU.
std::string why_no_gpu(const DeviceReports& known) {
    if (!known.vulkan_problem.empty()) return "no GPU: " + known.vulkan_problem;
    std::string found;
    for (const DeviceReport& each : known.devices) {
        if (each.device == Device::vulkan) found += (found.empty() ? "" : "; ") + each.name + ": " + each.reason;
    }
    return "no GPU was found that can be used: " + found;
}

DeviceChoice chosen(const DeviceReport& device, std::string reason) {
    DeviceChoice choice;
    choice.device = device.device;
    choice.id = device.id;
    choice.description =
        device.device == Device::cpu ? device.name : device.name + " (Vulkan), " + bytes_in_words(device.memory_bytes) + " of memory";
    choice.reason = std::move(reason);
    if (device.device == Device::vulkan && !is_real_gpu(device)) {
        choice.warning = device.name + " is a CPU pretending to be a GPU: it answers like one, but slower than --device cpu";
    }
    return choice;
}

/// The device that a name behind "vulkan:" means; without one the best, a real GPU before any other.
Result<const DeviceReport*> find_vulkan(const std::string& which, const DeviceReports& known) {
    std::vector<const DeviceReport*> all;
    std::string names;
    for (const DeviceReport& each : known.devices) {
        if (each.device != Device::vulkan) continue;
        all.push_back(&each);
        names += (names.empty() ? "" : ", ") + each.id + " (" + each.name + ")";
    }
    if (all.empty()) {
        return Error{ErrorCode::not_found, "the device vulkan is not available: " + known.vulkan_problem + "; or use --device cpu or auto"};
    }
    if (which.empty()) return all.front();
    uint32_t index = 0;
    const auto [end, problem] = std::from_chars(which.data(), which.data() + which.size(), index);
    const bool is_number = problem == std::errc() && end == which.data() + which.size();
    for (const DeviceReport* each : all) {
        if (is_number ? each->id == "vulkan:" + std::to_string(index)
                      : in_lower_case(each->name).find(in_lower_case(which)) != std::string::npos) {
            return each;
        }
    }
    return Error{ErrorCode::not_found,
                 "there is no Vulkan device " + (is_number ? which : "with '" + which + "' in its name") + "; there are " + names};
}

DeviceReport report_of(const AcceleratorInfo& info) {
    DeviceReport report;
    report.id = "vulkan:" + std::to_string(info.index);
    report.device = Device::vulkan;
    report.name = info.name;
    report.kind = kind_name(info.kind);
    report.driver = info.driver;
    report.memory_bytes = info.memory_bytes;
    report.free_bytes = info.free_bytes;
    if (!info.problem.empty()) {
        report.reason = "cannot run models: it lacks " + info.problem;
    } else if (info.kind == AcceleratorKind::cpu) {
        report.reason = "a CPU pretending to be a GPU, never chosen by itself";
    }
    return report;
}

}  // namespace

std::string_view device_name(Device device) noexcept {
    switch (device) {
        case Device::automatic:
            return "auto";
        case Device::cpu:
            return "cpu";
        case Device::vulkan:
            return "vulkan";
        case Device::cuda:
            return "cuda";
    }
    return "auto";
}

std::optional<Device> device_from_name(std::string_view name) noexcept {
    for (const Device device : {Device::automatic, Device::cpu, Device::vulkan, Device::cuda}) {
        if (device_name(device) == name) return device;
    }
    return std::nullopt;
}

std::optional<DeviceName> parse_device_name(std::string_view text) {
    const size_t colon = text.find(':');
    const auto device = device_from_name(text.substr(0, colon));
    if (!device) return std::nullopt;
    if (colon == std::string_view::npos) return DeviceName{*device, {}};
    const std::string_view which = text.substr(colon + 1);
    if (which.empty() || *device != Device::vulkan) return std::nullopt;
    return DeviceName{*device, std::string(which)};
}

DeviceReports list_devices_of(const DeviceSource& source, unsigned threads) {
    DeviceReports reports;
    const auto infos = source.list();
    if (!infos.ok()) {
        reports.vulkan_problem = infos.error().message;
    } else {
        for (const AcceleratorInfo& info : *infos) reports.devices.push_back(report_of(info));
    }
    const auto best = std::find_if(reports.devices.begin(), reports.devices.end(), [](const DeviceReport& d) { return d.reason.empty(); });
    const auto gpus = std::count_if(reports.devices.begin(), reports.devices.end(), is_real_gpu);
    for (auto each = reports.devices.begin(); each != reports.devices.end(); ++each) {
        each->chosen = each == best;
        if (each == best) each->reason = gpus == 1 ? "the only GPU" : "the best of " + std::to_string(gpus) + " GPUs";
        if (each->reason.empty()) each->reason = best->name + " is preferred";
    }
    DeviceReport cpu;
    cpu.id = "cpu";
    cpu.kind = "CPU";
    cpu.name = cpu_description(threads);
    cpu.chosen = best == reports.devices.end();
    cpu.reason = cpu.chosen ? why_no_gpu(reports) : best->name + " is preferred";
    reports.devices.push_back(std::move(cpu));
    return reports;
}

DeviceReports list_devices(unsigned threads) {
    try {
        return list_devices_of(vulkan_source({}), threads);
    } catch (const std::exception& error) {
        DeviceReports reports;
        reports.vulkan_problem = error.what();
        return reports;
    }
}

DeviceSource vulkan_source(const std::filesystem::path& cache_folder, const SimulatedFaults& faults) {
    VulkanOptions options;
    options.pipeline_cache_folder = cache_folder;
    options.faults = faults;
    return {.list = [options] { return list_vulkan_devices(options); },
            .open = [options](uint32_t index) { return open_vulkan_device(index, options); }};
}

std::optional<uint32_t> vulkan_index(const DeviceChoice& choice) {
    constexpr std::string_view kPrefix = "vulkan:";
    if (choice.device != Device::vulkan || !choice.id.starts_with(kPrefix)) return std::nullopt;
    uint32_t index = 0;
    std::from_chars(choice.id.data() + kPrefix.size(), choice.id.data() + choice.id.size(), index);
    return index;
}

DeviceChoice cpu_choice(unsigned threads, std::string reason) {
    DeviceChoice choice;
    choice.device = Device::cpu;
    choice.id = "cpu";
    choice.description = cpu_description(threads);
    choice.reason = std::move(reason);
    return choice;
}

Result<DeviceChoice> choose_device(const DeviceName& wanted, const DeviceReports& known) {
    if (wanted.device == Device::cuda) {
        return Error{ErrorCode::unsupported,
                     "the device cuda is not available: this build has no such backend; use --device vulkan, cpu or auto"};
    }
    if (wanted.device == Device::vulkan) {
        ASSIGN_OR_RETURN(const DeviceReport* device, find_vulkan(wanted.which, known));
        if (device->reason.starts_with("cannot run models")) {
            return Error{ErrorCode::unsupported, device->name + " " + device->reason + "; update its driver, or use --device cpu"};
        }
        return chosen(*device, "as asked");
    }
    for (const DeviceReport& each : known.devices) {
        if (wanted.device == Device::cpu ? each.device == Device::cpu : each.chosen) {
            return chosen(each, wanted.device == Device::cpu ? "as asked" : each.reason);
        }
    }
    return cpu_choice(0, why_no_gpu(known));
}

Result<DeviceChoice> choose_device(const DeviceName& wanted, unsigned threads) {
    if (wanted.device == Device::cpu) return cpu_choice(threads, "as asked");
    if (wanted.device == Device::cuda) return choose_device(wanted, DeviceReports{});
    return choose_device(wanted, list_devices(threads));
}

Result<DeviceChoice> choose_device(Device wanted, unsigned threads) { return choose_device(DeviceName{wanted, {}}, threads); }

}  // namespace soliloquy
