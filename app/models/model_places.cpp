/// app/models/model_places.cpp: the table of folders. Sources: LM Studio docs "Import models"; Ollama FAQ "Where are models stored?";
/// Jan docs "Data folder"; GPT4All wiki "Models folder"; llama.cpp fs_get_cache_directory(); huggingface_hub "Environment variables".
#include "app/models/model_places.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>

namespace soliloquy::models {
namespace {

constexpr uint8_t kLinux = 1, kWindows = 2, kMac = 4, kAll = 7;

/// `path` starts with $VARIABLE (the row counts only when it is set) or is absolute. HOME is USERPROFILE on Windows.
struct Row {
    std::string_view program;
    uint8_t systems;
    std::string_view path;
    Layout layout = Layout::tree;
};

constexpr std::array kRows{
    Row{"LM Studio", kAll, "$HOME/.lmstudio/models"},
    Row{"LM Studio", kAll, "$HOME/.cache/lm-studio/models"},
    Row{"Ollama", kAll, "$OLLAMA_MODELS", Layout::ollama},
    Row{"Ollama", kAll, "$HOME/.ollama/models", Layout::ollama},
    Row{"Ollama", kLinux, "/usr/share/ollama/.ollama/models", Layout::ollama},
    Row{"Ollama", kLinux, "/var/lib/ollama/.ollama/models", Layout::ollama},
    Row{"Ollama", kLinux, "/var/lib/ollama", Layout::ollama},
    Row{"Jan", kLinux, "$XDG_CONFIG_HOME/Jan/data/llamacpp/models"},
    Row{"Jan", kLinux, "$XDG_CONFIG_HOME/Jan/data/models"},
    Row{"Jan", kLinux, "$HOME/.config/Jan/data/llamacpp/models"},
    Row{"Jan", kLinux, "$HOME/.config/Jan/data/models"},
    Row{"Jan", kLinux, "$XDG_DATA_HOME/Jan/data/llamacpp/models"},
    Row{"Jan", kLinux, "$HOME/.local/share/Jan/data/llamacpp/models"},
    Row{"Jan", kWindows, "$APPDATA/Jan/data/llamacpp/models"},
    Row{"Jan", kWindows, "$APPDATA/Jan/data/models"},
    Row{"Jan", kMac, "$HOME/Library/Application Support/Jan/data/llamacpp/models"},
    Row{"Jan", kMac, "$HOME/Library/Application Support/Jan/data/models"},
    Row{"Jan", kAll, "$HOME/jan/models"},
    Row{"GPT4All", kLinux, "$XDG_DATA_HOME/nomic.ai/GPT4All"},
    Row{"GPT4All", kLinux, "$HOME/.local/share/nomic.ai/GPT4All"},
    Row{"GPT4All", kWindows, "$LOCALAPPDATA/nomic.ai/GPT4All"},
    Row{"GPT4All", kMac, "$HOME/Library/Application Support/nomic.ai/GPT4All"},
    Row{"GPT4All", kAll, "$HOME/.cache/gpt4all"},
    Row{"llama.cpp", kAll, "$LLAMA_CACHE"},
    Row{"llama.cpp", kLinux, "$XDG_CACHE_HOME/llama.cpp"},
    Row{"llama.cpp", kLinux, "$HOME/.cache/llama.cpp"},
    Row{"llama.cpp", kWindows, "$LOCALAPPDATA/llama.cpp"},
    Row{"llama.cpp", kMac, "$HOME/Library/Caches/llama.cpp"},
    Row{"Hugging Face", kAll, "$HF_HUB_CACHE"},
    Row{"Hugging Face", kAll, "$HUGGINGFACE_HUB_CACHE"},
    Row{"Hugging Face", kAll, "$HF_HOME/hub"},
    Row{"Hugging Face", kLinux, "$XDG_CACHE_HOME/huggingface/hub"},
    Row{"Hugging Face", kAll, "$HOME/.cache/huggingface/hub"},
};

uint8_t bit(System system) { return system == System::linux_ ? kLinux : system == System::windows ? kWindows : kMac; }

std::optional<std::filesystem::path> resolve(std::string_view path, System system, const Environment& environment) {
    if (!path.starts_with('$')) return std::filesystem::path(path);
    const size_t slash = std::min(path.find('/'), path.size());
    std::string name(path.substr(1, slash - 1));
    if (name == "HOME" && system == System::windows) name = "USERPROFILE";
    const auto value = environment(name);
    if (!value) return std::nullopt;
    std::filesystem::path folder(*value);
    if (*value == "~" || value->starts_with("~/")) {  // as shells and Python's expanduser read it
        const auto home = environment(system == System::windows ? "USERPROFILE" : "HOME");
        if (!home) return std::nullopt;
        folder = std::filesystem::path(*home) / std::filesystem::path(value->substr(std::min<size_t>(2, value->size())));
    }
    // A relative value would mean another folder with every start; XDG calls it invalid.
    if (!folder.is_absolute() && system == this_system()) return std::nullopt;
    return slash < path.size() ? folder / std::filesystem::path(path.substr(slash + 1)) : folder;
}

}  // namespace

System this_system() noexcept {
#ifdef _WIN32
    return System::windows;
#elif defined(__APPLE__)
    return System::macos;
#else
    return System::linux_;
#endif
}

Environment process_environment() {
    return [](const std::string& name) -> std::optional<std::string> {
        const char* value = std::getenv(name.c_str());
        if (value == nullptr || *value == '\0') return std::nullopt;
        return std::string(value);
    };
}

std::vector<ModelPlace> known_places(System system, const Environment& environment) {
    std::vector<ModelPlace> places;
    const auto add = [&places](ModelPlace place) {
        place.folder = place.folder.lexically_normal();
        const auto same = [&](const ModelPlace& other) { return other.folder == place.folder && other.layout == place.layout; };
        if (std::none_of(places.begin(), places.end(), same)) places.push_back(std::move(place));
    };
    if (const auto home = environment(system == System::windows ? "USERPROFILE" : "HOME")) {
        std::ifstream pointer(std::filesystem::path(*home) / ".lmstudio-home-pointer");
        std::string line;
        if (pointer && std::getline(pointer, line) && line.size() < 4096) {
            while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
            if (std::filesystem::path(line).is_absolute()) add({"LM Studio", std::filesystem::path(line) / "models", Layout::tree, false});
        }
    }
    for (const Row& row : kRows) {
        if ((row.systems & bit(system)) == 0) continue;
        if (auto folder = resolve(row.path, system, environment)) add({std::string(row.program), *folder, row.layout, false});
    }
    return places;
}

}  // namespace soliloquy::models
