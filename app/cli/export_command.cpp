/// app/cli/export_command.cpp: prints conversations of a data folder, while a window may have it open.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "app/cli/commands.h"
#include "app/export/conversation_export.h"
#include "app/platform/paths.h"

namespace soliloquy::cli {

namespace {

/// Writes beside the file first, so that a full disk leaves the old one whole.
bool write_file(const std::filesystem::path& path, std::string_view text, std::string& problem) {
    std::filesystem::path beside = path;
    beside += ".part";
    std::error_code error;
    {
        std::ofstream out(beside, std::ios::binary | std::ios::trunc);
        out.write(text.data(), static_cast<std::streamsize>(text.size()));
        out.flush();
        if (!out) {
            problem = "cannot write " + beside.string();
            std::filesystem::remove(beside, error);
            return false;
        }
    }
    std::filesystem::rename(beside, path, error);
    if (!error) return true;
    problem = "cannot replace " + path.string() + ": " + error.message();
    std::error_code ignored;
    std::filesystem::remove(beside, ignored);
    return false;
}

}  // namespace

int run_export(const CommandLine& line, Streams streams) {
    const std::filesystem::path data = line.data.empty() ? default_data_folder() : line.data;
    const std::filesystem::path file = conversations_file(data);
    std::error_code error;
    if (!std::filesystem::exists(file, error)) {
        return fail(streams, "there are no conversations in " + data.string() + ": " + file.string() +
                                 " does not exist; name another folder with --data DIR");
    }
    auto store = store::ConversationStore::open(file, {.read_only = true});
    if (!store.ok()) return fail(streams, store.error().message);
    const ExportCommand& wanted = line.export_command;
    const ExportOptions options{.thoughts = wanted.thoughts, .all_branches = wanted.branches, .tokens = wanted.tokens};
    const auto text = export_conversations(**store, wanted.id, wanted.json ? ExportFormat::json : ExportFormat::markdown, options);
    if (!text.ok()) return fail(streams, text.error().message);
    if (wanted.output.empty()) {
        streams.out.write(*text);
        return streams.out.failed() ? fail(streams, "cannot write to stdout") : kExitOk;
    }
    std::string problem;
    if (!write_file(wanted.output, *text, problem)) return fail(streams, problem);
    return kExitOk;
}

}  // namespace soliloquy::cli
