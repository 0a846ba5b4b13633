/// app/models/library_settings.cpp: reads and writes models.json.
#include "app/models/library_settings.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

namespace soliloquy::models {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr uint64_t kLongestFile = 16 << 20;

std::string text_of(const Json& json, const char* key) {
    const auto at = json.find(key);
    return at != json.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::vector<fs::path> paths_of(const Json& json, const char* key) {
    std::vector<fs::path> paths;
    const auto at = json.find(key);
    if (at == json.end() || !at->is_array()) return paths;
    for (const Json& item : *at) {
        if (item.is_string()) paths.push_back(path_from_text(item.get<std::string>()));
    }
    return paths;
}

/// The number when it is one within the bounds, else `fallback`.
template <typename T>
T number_of(const Json& json, const char* key, T fallback, double least, double most) {
    const auto at = json.find(key);
    if (at == json.end() || !at->is_number()) return fallback;
    const double value = at->get<double>();
    return value >= least && value <= most ? static_cast<T>(value) : fallback;
}

Json to_json(const ModelDefaults& defaults) {
    Json json = Json::object();
    if (const auto& s = defaults.sampling) {
        json["sampling"] = {{"temperature", s->temperature},
                            {"top_k", s->top_k},
                            {"top_p", s->top_p},
                            {"min_p", s->min_p},
                            {"repetition_penalty", s->repetition_penalty},
                            {"repetition_window", s->repetition_window},
                            {"seed", s->seed}};
    }
    if (defaults.thinking) json["thinking"] = *defaults.thinking;
    if (defaults.keep_past_thoughts) json["keep_past_thoughts"] = *defaults.keep_past_thoughts;
    if (!defaults.reasoning_profile.empty()) json["reasoning_profile"] = defaults.reasoning_profile;
    if (defaults.context_length > 0) json["context_length"] = defaults.context_length;
    if (!defaults.system_prompt.empty()) json["system_prompt"] = defaults.system_prompt;
    return json;
}

ModelDefaults defaults_from(const Json& json) {
    ModelDefaults defaults;
    if (!json.is_object()) return defaults;
    if (const auto at = json.find("sampling"); at != json.end() && at->is_object()) {
        SamplingOptions s;
        s.temperature = number_of<float>(*at, "temperature", s.temperature, 0.0, 100.0);
        s.top_k = number_of<uint32_t>(*at, "top_k", s.top_k, 0.0, 1 << 24);
        s.top_p = number_of<float>(*at, "top_p", s.top_p, 0.0, 1.0);
        s.min_p = number_of<float>(*at, "min_p", s.min_p, 0.0, 1.0);
        s.repetition_penalty = number_of<float>(*at, "repetition_penalty", s.repetition_penalty, 0.01, 100.0);
        s.repetition_window = number_of<uint32_t>(*at, "repetition_window", s.repetition_window, 0.0, 1 << 24);
        if (const auto seed = at->find("seed"); seed != at->end() && seed->is_number_unsigned()) s.seed = seed->get<uint64_t>();
        defaults.sampling = s;
    }
    if (const auto at = json.find("thinking"); at != json.end() && at->is_boolean()) defaults.thinking = at->get<bool>();
    if (const auto at = json.find("keep_past_thoughts"); at != json.end() && at->is_boolean())
        defaults.keep_past_thoughts = at->get<bool>();
    defaults.reasoning_profile = text_of(json, "reasoning_profile");
    defaults.context_length = number_of<uint32_t>(json, "context_length", 0, 0.0, 1 << 24);
    defaults.system_prompt = text_of(json, "system_prompt");
    return defaults;
}

bool add_path(std::vector<fs::path>& paths, const fs::path& path) {
    const fs::path plain = path.lexically_normal();
    if (plain.empty() || std::find(paths.begin(), paths.end(), plain) != paths.end()) return false;
    paths.push_back(plain);
    return true;
}

}  // namespace

std::string path_text(const fs::path& path) {
    const auto text = path.generic_u8string();
    return {text.begin(), text.end()};
}

fs::path path_from_text(const std::string& text) { return fs::path(std::u8string(text.begin(), text.end())); }

Status replace_file(const fs::path& file, const std::string& text) {
    if (!file.has_parent_path()) return Error{ErrorCode::invalid_argument, "there is no data folder to write " + file.string() + " into"};
    fs::path fresh = file;
    fresh += ".new";
    std::error_code error;
    {
        std::ofstream out(fresh, std::ios::binary | std::ios::trunc);
        out << text;
        out.flush();
        if (!out) return Error{ErrorCode::io, "cannot write " + fresh.string() + "; is the disk full?"};
    }
    fs::permissions(fresh, fs::perms::owner_read | fs::perms::owner_write, fs::perm_options::replace, error);
    fs::rename(fresh, file, error);
    if (error) return Error{ErrorCode::io, "cannot replace " + file.string() + ": " + error.message()};
    return Status::success();
}

LibrarySettings LibrarySettings::load(const fs::path& data_folder) {
    LibrarySettings settings;
    settings.file_ = data_folder / "models.json";
    std::error_code error;
    if (fs::file_size(settings.file_, error) > kLongestFile || error) return settings;
    std::ifstream in(settings.file_, std::ios::binary);
    const Json json = Json::parse(in, nullptr, false);
    if (!json.is_object()) return settings;
    settings.folders = paths_of(json, "folders");
    settings.files = paths_of(json, "files");
    settings.last_model = path_from_text(text_of(json, "last_model"));
    if (const auto at = json.find("defaults"); at != json.end() && at->is_object()) {
        for (const auto& [path, defaults] : at->items()) settings.defaults_[path] = defaults_from(defaults);
    }
    return settings;
}

Status LibrarySettings::save() const {
    Json json{{"version", 1}, {"folders", Json::array()}, {"files", Json::array()}, {"last_model", path_text(last_model)}};
    for (const fs::path& folder : folders) json["folders"].push_back(path_text(folder));
    for (const fs::path& file : files) json["files"].push_back(path_text(file));
    json["defaults"] = Json::object();
    for (const auto& [path, defaults] : defaults_) json["defaults"][path] = to_json(defaults);
    return replace_file(file_, json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

bool LibrarySettings::add_folder(const fs::path& folder) { return add_path(folders, folder); }

bool LibrarySettings::add_file(const fs::path& file) { return add_path(files, file); }

void LibrarySettings::remove(const fs::path& folder_or_file) {
    const fs::path plain = folder_or_file.lexically_normal();
    std::erase(folders, plain);
    std::erase(files, plain);
}

ModelDefaults LibrarySettings::defaults_of(const fs::path& model) const {
    const auto at = defaults_.find(path_text(model));
    return at != defaults_.end() ? at->second : ModelDefaults();
}

void LibrarySettings::set_defaults(const fs::path& model, const ModelDefaults& defaults) {
    if (defaults.empty())
        defaults_.erase(path_text(model));
    else
        defaults_[path_text(model)] = defaults;
}

}  // namespace soliloquy::models
