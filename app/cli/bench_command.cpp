/// app/cli/bench_command.cpp: prints the speed of a model beside the memory bandwidth of this machine.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/commands.h"
#include "app/cli/interrupt.h"
#include "engine/benchmark.h"

namespace soliloquy::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string dispatches_as_text(const BenchmarkReport& report) {
    std::string text = fmt::format(
        "\n{} dispatches a token; where the time of one step goes, each measured by itself:\n{:>36}  {:>6}  {:>9}  {:>6}  {:>8}\n",
        report.dispatches_per_token, "", "count", "ms", "share", "GB/s");
    for (const DispatchShare& each : report.dispatches) {
        text += fmt::format("{:>36}  {:>6}  {:>9.3f}  {:>4.1f} %  {:>8}\n", each.name, each.count, 1e3 * each.seconds, 100.0 * each.share,
                            each.gb_per_second > 0.0 ? fmt::format("{:.2f}", each.gb_per_second) : "-");
    }
    return text;
}

std::string as_text(const BenchmarkReport& report) {
    std::string text = fmt::format("{} ({}), {}\n", report.model.name, report.model.quantization, report.model.device.description);
    text += fmt::format("opened in {:.2f} s; this machine copies {:.1f} GB/s and reads {:.1f} GB/s with {} threads\n\n",
                        report.load_seconds, report.copy_gb_per_second, report.read_gb_per_second, report.threads);
    if (report.device_copy_gb_per_second > 0.0) {
        text.pop_back();
        text += fmt::format("the device copies {:.1f} GB/s in its own memory; {}\n\n", report.device_copy_gb_per_second,
                            report.model.device.placement);
    }
    text += fmt::format("{:>8}  {:>24}  {:>24}  {:>9}  {:>8}  {:>8}  {:>8}\n", "depth", "prefill tok/s (min-max)", "decode tok/s (min-max)",
                        "MB/token", "GB/s", "of copy", "of read");
    const auto speed = [](double median, double least, double most) {
        return median > 0.0 ? fmt::format("{:.1f} ({:.1f}-{:.1f})", median, least, most) : std::string("-");
    };
    for (const BenchmarkRow& row : report.rows) {
        text += fmt::format("{:>8}  {:>24}  {:>24}  {:>9.2f}  {:>8.2f}  {:>6.0f} %  {:>8}\n", row.depth,
                            speed(row.prefill_tokens_per_second, row.prefill_min, row.prefill_max),
                            speed(row.decode_tokens_per_second, row.decode_min, row.decode_max),
                            static_cast<double>(row.bytes_per_token) / 1e6, row.decode_gb_per_second, 100.0 * row.share_of_copy_bandwidth,
                            row.share_of_read_bandwidth > 0.0 ? fmt::format("{:.0f} %", 100.0 * row.share_of_read_bandwidth) : "-");
    }
    if (report.dispatches_per_token > 0) text += dispatches_as_text(report);
    return text;
}

std::string as_json(const BenchmarkReport& report) {
    Json json{{"model", report.model.name},
              {"path", report.model.path.string()},
              {"architecture", report.model.architecture},
              {"quantization", report.model.quantization},
              {"device", device_name(report.model.device.device)},
              {"device_description", report.model.device.description},
              {"threads", report.threads},
              {"load_seconds", report.load_seconds},
              {"copy_gb_per_second", report.copy_gb_per_second},
              {"read_gb_per_second", report.read_gb_per_second},
              {"device_copy_gb_per_second", report.device_copy_gb_per_second},
              {"device_placement", report.model.device.placement},
              {"dispatches_per_token", report.dispatches_per_token}};
    json["dispatches"] = Json::array();
    for (const DispatchShare& each : report.dispatches) {
        json["dispatches"].push_back({{"name", each.name},
                                      {"count", each.count},
                                      {"seconds", each.seconds},
                                      {"share", each.share},
                                      {"gb_per_second", each.gb_per_second}});
    }
    json["rows"] = Json::array();
    for (const BenchmarkRow& row : report.rows) {
        json["rows"].push_back({{"depth", row.depth},
                                {"prefill_tokens_per_second", row.prefill_tokens_per_second},
                                {"prefill_min", row.prefill_min},
                                {"prefill_max", row.prefill_max},
                                {"decode_tokens_per_second", row.decode_tokens_per_second},
                                {"decode_min", row.decode_min},
                                {"decode_max", row.decode_max},
                                {"bytes_per_token", row.bytes_per_token},
                                {"decode_gb_per_second", row.decode_gb_per_second},
                                {"share_of_copy_bandwidth", row.share_of_copy_bandwidth},
                                {"share_of_read_bandwidth", row.share_of_read_bandwidth}});
    }
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

int run_bench(const CommandLine& line, Streams streams) {
    const Result<std::filesystem::path> path = model_of(line);
    if (!path.ok()) return fail(streams, path.error().message);
    BenchmarkOptions options;
    options.load = load_options_of(line);
    options.prompt_tokens = line.bench.prompt_tokens;
    options.generated_tokens = line.bench.generated_tokens;
    options.depths = line.bench.depths;
    options.repeats = line.bench.repeats;
    options.exact = line.bench.exact;
    options.progress = [&](const std::string& doing, float done) {
        streams.err.progress(fmt::format("{}: {:.0f} %", doing, 100.0f * done));
        return !interrupted();
    };
    const Result<BenchmarkReport> report = benchmark_model(*path, options);
    streams.err.clear_progress();
    if (interrupted()) return kExitInterrupted;
    if (!report.ok()) return fail(streams, report.error().message);
    streams.out.write(line.json ? as_json(*report) : as_text(*report));
    return streams.out.failed() ? fail(streams, "cannot write to stdout") : kExitOk;
}

}  // namespace soliloquy::cli
