/// app/cli/models_command.cpp: lists the models that are on this computer, whether they fit, and what is wrong with them.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>

#include "app/cli/commands.h"
#include "app/models/model_fit.h"
#include "app/models/model_library.h"
#include "app/platform/paths.h"

namespace soliloquy::cli {

namespace {

using Json = nlohmann::ordered_json;

std::string as_text(const models::ModelEntry& entry, const models::ModelFit& fit) {
    std::string text = fmt::format("{}\n  {}\n", entry.name, models::path_text(entry.found.path));
    std::string about = models::memory_words(entry.found.bytes);
    for (const std::string& word : {entry.architecture, entry.shape, entry.quantization})
        if (!word.empty()) about += ", " + word;
    if (entry.state == models::ModelState::runs) about += entry.thinks() ? ", thinks" : ", answers at once";
    text += fmt::format("  {}\n  in {}\n", about, fmt::join(entry.found.programs, ", "));
    if (entry.state == models::ModelState::runs) text += fmt::format("  {}\n", fit.sentence);
    for (const std::string& problem : entry.problems) text += fmt::format("  ! {}\n", problem);
    for (const std::string& warning : entry.warnings) text += fmt::format("  note: {}\n", warning);
    return text + "\n";
}

Json as_json(const models::ModelEntry& entry, const models::ModelFit& fit) {
    Json json{{"path", models::path_text(entry.found.path)},
              {"name", entry.name},
              {"state", models::model_state_name(entry.state)},
              {"programs", entry.found.programs},
              {"bytes", entry.found.bytes},
              {"files", entry.found.parts},
              {"architecture", entry.architecture},
              {"parameters", entry.parameters},
              {"quantization", entry.quantization},
              {"context_length", entry.context_length},
              {"reasoning_profile", entry.reasoning_profile},
              {"license", entry.license},
              {"problems", entry.problems},
              {"warnings", entry.warnings}};
    if (entry.fit) {
        json["fit"] = {{"level", models::fit_level_name(fit.level)},
                       {"needed_bytes", fit.needed},
                       {"available_bytes", fit.available},
                       {"context_length", fit.context_length},
                       {"sentence", fit.sentence}};
    }
    return json;
}

}  // namespace

int run_models(const CommandLine& line, Streams streams) {
    models::ScanOptions options;
    options.data_folder = line.data.empty() ? default_data_folder() : line.data;
    options.more = line.add;
    if (const auto bundled = bundled_model_path(); bundled.ok()) options.bundled_model = *bundled;
    if (const Status status = prepare_data_folder(options.data_folder); !status.ok()) return fail(streams, status.error().message);
    options.on_entry = [&](const models::ModelEntry& entry) { streams.err.progress("reading " + models::printable(entry.name)); };
    const models::ScanResult result = models::scan_models(options);
    streams.err.clear_progress();
    const models::MachineMemory memory = models::machine_memory();
    Json list = Json::array();
    std::string text;
    for (const models::ModelEntry& entry : result.entries) {
        const models::ModelFit fit = entry.fit ? models::judge_fit(*entry.fit, line.context, memory) : models::ModelFit();
        if (line.json)
            list.push_back(as_json(entry, fit));
        else
            text += as_text(entry, fit);
    }
    for (const models::FolderTrouble& trouble : result.troubles) streams.err.write(trouble.sentence + "\n");
    streams.out.write(line.json ? list.dump(2, ' ', false, Json::error_handler_t::replace) + "\n" : text);
    return streams.out.failed() ? fail(streams, "cannot write to stdout") : kExitOk;
}

}  // namespace soliloquy::cli
