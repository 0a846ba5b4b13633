/// app/cli/devices_command.cpp: lists what models can run on, and which of them would be chosen.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/commands.h"

namespace soliloquy::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string as_text(const DeviceReports& reports) {
    std::string text;
    for (const DeviceReport& each : reports.devices) {
        text += fmt::format("{} {:<10} {}\n", each.chosen ? "*" : " ", each.id, each.name);
        if (each.memory_bytes > 0) {
            text += fmt::format("             {}, {:.1f} GB of memory, {:.1f} GB free\n             {}\n", each.kind,
                                static_cast<double>(each.memory_bytes) / 1e9, static_cast<double>(each.free_bytes) / 1e9, each.driver);
        }
        text += fmt::format("             {}: {}\n", each.chosen ? "chosen" : "not chosen", each.reason);
    }
    return text;
}

std::string as_json(const DeviceReports& reports) {
    Json list = Json::array();
    for (const DeviceReport& each : reports.devices) {
        list.push_back({{"id", each.id},
                        {"name", each.name},
                        {"kind", each.kind},
                        {"driver", each.driver},
                        {"memory_bytes", each.memory_bytes},
                        {"free_bytes", each.free_bytes},
                        {"chosen", each.chosen},
                        {"reason", each.reason}});
    }
    const Json json{{"devices", std::move(list)}, {"vulkan_problem", reports.vulkan_problem}};
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

int run_devices(const CommandLine& line, Streams streams) {
    const DeviceReports reports = list_devices(line.threads);
    streams.out.write(line.json ? as_json(reports) : as_text(reports));
    return streams.out.failed() ? fail(streams, "cannot write to stdout") : kExitOk;
}

}  // namespace soliloquy::cli
