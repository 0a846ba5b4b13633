/// app/models/entry_cache.cpp: entries to JSON and back.
#include "app/models/entry_cache.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "app/models/library_settings.h"

namespace soliloquy::models {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// Raised whenever the program learns to run or to find fault with more files.
constexpr int kVersion = 3;
constexpr uint64_t kLongestFile = 256 << 20;
constexpr size_t kMostEntries = 50'000;

std::vector<std::string> strings_of(const Json& json, const char* key) {
    std::vector<std::string> strings;
    for (const Json& item : json.at(key)) strings.push_back(item.get<std::string>());
    return strings;
}

Json to_json(const ModelEntry& entry, const std::string& sha256) {
    Json json{{"path", path_text(entry.found.path)},
              {"bytes", entry.found.bytes},
              {"changed", entry.found.changed},
              {"parts", entry.found.parts},
              {"state", static_cast<int>(entry.state)},
              {"name", entry.name},
              {"architecture", entry.architecture},
              {"shape", entry.shape},
              {"quantization", entry.quantization},
              {"block_types", entry.block_types},
              {"license", entry.license},
              {"past_thoughts", entry.past_thoughts},
              {"past_thoughts_can_be_kept", entry.past_thoughts_can_be_kept},
              {"thinking_can_be_switched", entry.thinking_can_be_switched},
              {"reasoning_profile", entry.reasoning_profile},
              {"parameters", entry.parameters},
              {"context_length", entry.context_length},
              {"problems", entry.problems},
              {"warnings", entry.warnings},
              {"template_findings", entry.template_findings}};
    if (entry.fit) {
        json["fit"] = {entry.fit->weights_bytes, entry.fit->kv_bytes_per_position, entry.fit->scratch_bytes,
                       entry.fit->trained_context_length};
    }
    if (!sha256.empty()) json["sha256"] = sha256;
    return json;
}

/// Throws what nlohmann::json throws when a key is missing or has another type.
ModelEntry entry_from(const Json& json) {
    ModelEntry entry;
    entry.found.path = path_from_text(json.at("path").get<std::string>());
    entry.found.bytes = json.at("bytes").get<uint64_t>();
    entry.found.changed = json.at("changed").get<int64_t>();
    entry.found.parts = json.at("parts").get<uint32_t>();
    const int state = json.at("state").get<int>();
    entry.state = state >= 0 && state <= static_cast<int>(ModelState::no_model) ? static_cast<ModelState>(state) : ModelState::broken;
    entry.name = json.at("name").get<std::string>();
    entry.architecture = json.at("architecture").get<std::string>();
    entry.shape = json.at("shape").get<std::string>();
    entry.quantization = json.at("quantization").get<std::string>();
    entry.block_types = json.at("block_types").get<std::string>();
    entry.license = json.at("license").get<std::string>();
    entry.past_thoughts = json.at("past_thoughts").get<std::string>();
    entry.past_thoughts_can_be_kept = json.at("past_thoughts_can_be_kept").get<bool>();
    entry.thinking_can_be_switched = json.at("thinking_can_be_switched").get<bool>();
    entry.reasoning_profile = json.at("reasoning_profile").get<std::string>();
    entry.parameters = json.at("parameters").get<uint64_t>();
    entry.context_length = json.at("context_length").get<uint32_t>();
    entry.problems = strings_of(json, "problems");
    entry.warnings = strings_of(json, "warnings");
    entry.template_findings = strings_of(json, "template_findings");
    if (json.contains("fit")) {
        const Json& fit = json["fit"];
        entry.fit = FitEstimate{fit.at(0).get<uint64_t>(), fit.at(1).get<uint64_t>(), fit.at(2).get<uint64_t>(), fit.at(3).get<uint32_t>()};
    }
    return entry;
}

}  // namespace

EntryCache EntryCache::load(const fs::path& data_folder) {
    EntryCache cache;
    cache.file_ = data_folder / "models-seen.json";
    std::error_code error;
    if (fs::file_size(cache.file_, error) > kLongestFile || error) return cache;
    std::ifstream in(cache.file_, std::ios::binary);
    const Json json = Json::parse(in, nullptr, false);
    if (!json.is_object() || !json.contains("version") || json["version"] != kVersion || !json.contains("models")) return cache;
    for (const Json& row : json["models"]) {
        try {
            Kept kept{entry_from(row), row.value("sha256", std::string())};
            cache.entries_.insert_or_assign(row.at("path").get<std::string>(), std::move(kept));
        } catch (const Json::exception&) {
            continue;  // this file is examined again
        }
    }
    return cache;
}

Status EntryCache::save() const {
    Json models = Json::array();
    for (const auto& [path, kept] : entries_) {
        if (models.size() >= kMostEntries) break;
        models.push_back(to_json(kept.entry, kept.sha256));
    }
    const Json json{{"version", kVersion}, {"models", std::move(models)}};
    return replace_file(file_, json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

const EntryCache::Kept* EntryCache::valid(const FoundModel& found) const {
    const auto at = entries_.find(path_text(found.path));
    if (at == entries_.end()) return nullptr;
    const FoundModel& then = at->second.entry.found;
    const bool same = then.bytes == found.bytes && then.changed == found.changed && then.parts == found.parts;
    return same ? &at->second : nullptr;
}

std::optional<ModelEntry> EntryCache::find(const FoundModel& found) const {
    const Kept* kept = valid(found);
    if (kept == nullptr) return std::nullopt;
    ModelEntry entry = kept->entry;
    entry.found = found;
    return entry;
}

void EntryCache::keep(const ModelEntry& entry) {
    if (entry.state == ModelState::broken && entry.may_change) return;
    const std::string sha256 = sha256_of(entry.found);
    entries_.insert_or_assign(path_text(entry.found.path), Kept{entry, sha256});
}

std::string EntryCache::sha256_of(const FoundModel& found) const {
    const Kept* kept = valid(found);
    return kept != nullptr ? kept->sha256 : std::string();
}

void EntryCache::keep_sha256(const FoundModel& found, const std::string& sha256) {
    if (valid(found) != nullptr) entries_.at(path_text(found.path)).sha256 = sha256;
}

}  // namespace soliloquy::models
