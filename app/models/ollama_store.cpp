/// app/models/ollama_store.cpp: reads manifests.
#include "app/models/ollama_store.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "app/models/file_identity.h"

namespace soliloquy::models {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kLongestManifest = 1 << 20;
constexpr int kDeepest = 6;  // registry, spaces, name, tag

std::string model_name(const fs::path& below_manifests) {
    std::vector<std::string> words;
    for (const auto& word : below_manifests) words.push_back(word.string());
    if (words.size() < 2) return below_manifests.string();
    const std::string tag = words.back();
    words.pop_back();
    if (words.front() == "registry.ollama.ai") words.erase(words.begin());
    if (!words.empty() && words.front() == "library") words.erase(words.begin());
    std::string name;
    for (const std::string& word : words) name += (name.empty() ? "" : "/") + word;
    return name + ":" + tag;
}

/// The 64 digits of "sha256:HEX", or nothing.
std::string digits_of(const nlohmann::json& digest) {
    if (!digest.is_string()) return {};
    const std::string text = digest.get<std::string>();
    if (text.size() != 7 + 64 || !text.starts_with("sha256:")) return {};
    std::string digits = text.substr(7);
    const bool hex = std::all_of(digits.begin(), digits.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    return hex ? digits : std::string();
}

void read_manifest(const fs::path& folder, const fs::path& manifest, const std::string& name, std::vector<OllamaModel>& models) {
    const auto facts = file_facts(manifest);
    if (!facts || !facts->is_regular || facts->bytes > kLongestManifest) return;
    std::ifstream in(manifest, std::ios::binary);
    const auto json = nlohmann::json::parse(in, nullptr, false);
    if (!json.is_object() || !json.contains("layers") || !json["layers"].is_array()) return;
    for (const auto& layer : json["layers"]) {
        if (!layer.is_object() || !layer.contains("mediaType") || !layer.contains("digest") || !layer["mediaType"].is_string()) continue;
        const std::string type = layer["mediaType"].get<std::string>();
        const bool projector = type == "application/vnd.ollama.image.projector";
        if (!projector && type != "application/vnd.ollama.image.model") continue;
        const std::string digits = digits_of(layer["digest"]);
        if (!digits.empty()) models.push_back({name, folder / "blobs" / ("sha256-" + digits), digits, projector});
    }
}

}  // namespace

std::vector<OllamaModel> list_ollama(const fs::path& folder, uint64_t max_entries, uint64_t& entries_seen,
                                     const std::function<bool()>& cancelled) {
    std::vector<OllamaModel> models;
    std::error_code error;
    const fs::path manifests = folder / "manifests";
    fs::recursive_directory_iterator entries(manifests, fs::directory_options::skip_permission_denied, error);
    uint64_t seen = 0;
    for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
        ++entries_seen;
        if (++seen > max_entries || (cancelled && cancelled())) break;
        if (entries.depth() >= kDeepest) entries.disable_recursion_pending();
        std::error_code unseen;
        if (entries->is_regular_file(unseen)) {
            read_manifest(folder, entries->path(), model_name(entries->path().lexically_relative(manifests)), models);
        }
    }
    std::sort(models.begin(), models.end(), [](const OllamaModel& a, const OllamaModel& b) {
        return a.name != b.name ? a.name < b.name : a.is_projector < b.is_projector;
    });
    return models;
}

}  // namespace soliloquy::models
