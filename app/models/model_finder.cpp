/// app/models/model_finder.cpp: walks folders in a bounded way and joins parts and names of one file.
#include "app/models/model_finder.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <map>
#include <system_error>
#include <unordered_map>
#include <unordered_set>

#include "app/models/file_identity.h"
#include "app/models/ollama_store.h"

namespace soliloquy::models {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return text;
}

bool is_gguf_name(const std::string& name) { return name.size() > 5 && lower(name.substr(name.size() - 5)) == ".gguf"; }

/// "mmproj-model-f16.gguf": the custom of all programs that keep the part for pictures beside the model.
bool is_projector_name(const std::string& name) { return lower(name).find("mmproj") != std::string::npos; }

bool is_sha256(std::string_view name) {
    return name.size() == 64 &&
           std::all_of(name.begin(), name.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// Facts of all parts of a split file, or of the file itself. `name` is a file in `folder`.
FoundModel describe(const fs::path& path, const FileFacts& facts) {
    FoundModel model;
    model.path = path;
    model.name = path.filename().string();
    model.bytes = facts.bytes;
    model.changed = facts.changed;
    model.is_projector = is_projector_name(model.name);
    std::error_code error;
    if (fs::is_symlink(fs::symlink_status(path, error))) {
        const std::string target = fs::read_symlink(path, error).filename().string();
        if (!error && is_sha256(target)) {
            model.expected_sha256 = target;
            model.expected_sha256_from = "the name of its blob in the cache";
        }
    }
    const auto part = parse_part_name(model.name);
    if (!part || part->parts < 2) return model;
    model.parts = part->parts;
    model.expected_sha256.clear();  // it would be that of the first part alone
    model.expected_sha256_from.clear();
    for (uint32_t i = 1; i <= part->parts; ++i) {
        if (i == part->part) continue;
        const auto other = file_facts(path.parent_path() / part_file_name(*part, i));
        if (!other || !other->is_regular) {
            ++model.parts_missing;
            continue;
        }
        model.bytes += other->bytes;
        model.changed = std::max(model.changed, other->changed);
    }
    return model;
}

class Search {
  public:
    explicit Search(const FindOptions& options) : options_(options) {}

    FindResult run() {
        for (const ModelPlace& place : options_.places) {
            if (stopped()) break;
            seen_here_ = 0;
            std::error_code error;
            const auto status = fs::status(place.folder, error);
            if (status.type() == fs::file_type::not_found || status.type() == fs::file_type::none) {
                if (place.by_user)
                    trouble(place.folder, "is not there now. If it lies on a drive, connect it.");
                else if (status.type() == fs::file_type::none)
                    trouble(place.folder, "cannot be looked into: " + error.message() + ".");
                continue;
            }
            if (place.layout == Layout::ollama) {
                search_ollama(place);
            } else {
                entered_.clear();  // another program may keep the same folder: its name counts, too
                search_tree(place);
            }
        }
        result_.was_cancelled = stopped();
        return std::move(result_);
    }

  private:
    struct Level {
        fs::path folder;
        uint32_t depth;
    };

    [[nodiscard]] bool stopped() const { return options_.cancelled && options_.cancelled(); }
    void trouble(const fs::path& folder, const std::string& what) { result_.troubles.push_back({folder, folder.string() + " " + what}); }

    void search_tree(const ModelPlace& place) {
        std::vector<Level> open{{place.folder, 0}};
        while (!open.empty() && !stopped()) {
            const Level level = std::move(open.back());
            open.pop_back();
            const auto facts = file_facts(level.folder);
            if (!facts || !facts->is_folder || !entered_.insert(facts->identity).second) continue;
            if (!search_folder(place, level, open)) return;
        }
    }

    /// False when the bound of the place is reached.
    bool search_folder(const ModelPlace& place, const Level& level, std::vector<Level>& open) {
        std::error_code error;
        fs::directory_iterator entries(level.folder, error);
        if (error) {
            trouble(level.folder, "cannot be looked into: " + error.message() + ".");
            return true;
        }
        std::vector<std::string> files;
        std::vector<fs::path> folders;
        for (; entries != fs::directory_iterator(); entries.increment(error)) {
            if (error || stopped()) break;
            ++result_.entries_seen;
            if (++seen_here_ > options_.max_entries) {
                trouble(place.folder, "holds more than " + std::to_string(options_.max_entries) +
                                          " files; the rest was not looked at. Add the folder of the models itself.");
                return false;
            }
            const std::string name = entries->path().filename().string();
            if (is_gguf_name(name)) {
                files.push_back(name);
            } else if (std::error_code unseen; entries->is_directory(unseen)) {
                folders.push_back(entries->path());
            }
        }
        std::sort(files.begin(), files.end());
        take_files(place, level.folder, files, open, level.depth);
        std::sort(folders.begin(), folders.end(), std::greater<>());  // the last is opened first
        if (level.depth >= options_.max_depth) return true;
        for (fs::path& folder : folders) open.push_back({std::move(folder), level.depth + 1});
        return true;
    }

    /// Names are sorted: the first part of a split file that is there comes before its others.
    void take_files(const ModelPlace& place, const fs::path& folder, const std::vector<std::string>& names, std::vector<Level>& open,
                    uint32_t depth) {
        std::string last_split;
        for (const std::string& name : names) {
            if (stopped()) return;
            if (const auto part = parse_part_name(name)) {
                const std::string whole = part->stem + "/" + std::to_string(part->parts);
                if (whole == last_split) continue;
                last_split = whole;
            }
            const fs::path path = folder / name;
            const auto facts = file_facts(path);
            if (!facts) continue;  // a link that leads nowhere
            if (facts->is_folder && depth < options_.max_depth) open.push_back({path, depth + 1});
            if (facts->is_regular) take(place.program, *facts, [&] { return describe(path, *facts); });
        }
    }

    void search_ollama(const ModelPlace& place) {
        for (OllamaModel& entry : list_ollama(place.folder, options_.max_entries, result_.entries_seen, options_.cancelled)) {
            const auto facts = file_facts(entry.blob);
            if (!facts || !facts->is_regular) {
                trouble(entry.blob, "is missing, though Ollama lists it for " + entry.name + ".");
                continue;
            }
            take(place.program, *facts, [&] {
                FoundModel model = describe(entry.blob, *facts);
                model.name = entry.name;
                model.expected_sha256 = entry.sha256;
                model.expected_sha256_from = "the name of its blob in Ollama";
                model.is_projector = entry.is_projector;
                return model;
            });
        }
    }

    template <typename Describe>
    void take(const std::string& program, const FileFacts& facts, Describe&& describe_model) {
        const auto [at, is_new] = by_identity_.try_emplace(facts.identity, result_.models.size());
        if (!is_new) {
            auto& programs = result_.models[at->second].programs;
            if (std::find(programs.begin(), programs.end(), program) == programs.end()) programs.push_back(program);
            return;
        }
        FoundModel model = describe_model();
        model.programs.push_back(program);
        result_.models.push_back(std::move(model));
        if (options_.on_found) options_.on_found(result_.models.back());
    }

    const FindOptions& options_;
    FindResult result_;
    std::unordered_set<FileIdentity, FileIdentityHash> entered_;
    std::unordered_map<FileIdentity, size_t, FileIdentityHash> by_identity_;
    uint64_t seen_here_ = 0;
};

}  // namespace

std::string part_file_name(const PartName& name, uint32_t part) {
    char suffix[48];
    std::snprintf(suffix, sizeof(suffix), "-%05u-of-%05u.gguf", part, name.parts);
    return name.stem + suffix;
}

std::optional<PartName> parse_part_name(std::string_view file_name) {
    constexpr std::string_view kPattern = "-00000-of-00000.gguf";
    if (file_name.size() <= kPattern.size()) return std::nullopt;
    PartName name{std::string(file_name.substr(0, file_name.size() - kPattern.size())), 0, 0};
    const char* digits = file_name.data() + name.stem.size() + 1;
    std::from_chars(digits, digits + 5, name.part);
    std::from_chars(digits + 9, digits + 14, name.parts);
    if (name.part == 0 || name.part > name.parts || part_file_name(name, name.part) != file_name) return std::nullopt;
    return name;
}

FindResult find_models(const FindOptions& options) { return Search(options).run(); }

bool passes_for_gguf(const fs::path& file) {
    if (is_gguf_name(file.filename().string())) return true;
    std::ifstream in(file, std::ios::binary);
    char letters[4] = {};
    return in.read(letters, sizeof(letters)) && std::string_view(letters, sizeof(letters)) == "GGUF";
}

std::optional<FoundModel> find_model_file(const fs::path& file) {
    const auto facts = file_facts(file);
    if (!facts || !facts->is_regular) return std::nullopt;
    if (const auto part = parse_part_name(file.filename().string()); part && part->part != 1) {
        const fs::path first = file.parent_path() / part_file_name(*part, 1);
        if (const auto first_facts = file_facts(first); first_facts && first_facts->is_regular) return describe(first, *first_facts);
    }
    return describe(file, *facts);
}

}  // namespace soliloquy::models
