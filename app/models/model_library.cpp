/// app/models/model_library.cpp: one scan: places, files, entries.
#include "app/models/model_library.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "app/models/file_identity.h"

namespace soliloquy::models {
namespace {

constexpr const char* kYourFolder = "your folder";
constexpr const char* kYourFile = "your file";

class Scan {
  public:
    explicit Scan(const ScanOptions& options)
        : options_(options), settings_(LibrarySettings::load(options.data_folder)), cache_(EntryCache::load(options.data_folder)) {}

    ScanResult run() {
        if (!options_.bundled_model.empty()) add_file(options_.bundled_model, "comes with Soliloquy", false);
        FindOptions find;
        if (options_.known_programs) find.places = known_places(options_.system, options_.environment);
        for (const auto& folder : settings_.folders) find.places.push_back({kYourFolder, folder, Layout::tree, true});
        for (const auto& path : options_.more) {
            const auto facts = file_facts(path);
            if (facts && facts->is_regular)
                add_file(path, kYourFile, true);
            else
                find.places.push_back({kYourFolder, path, Layout::tree, true});
        }
        for (const auto& file : settings_.files) add_file(file, kYourFile, true);
        find.cancelled = options_.cancelled;
        find.on_found = [this](const FoundModel& found) { add(found); };
        FindResult found = find_models(find);
        for (FolderTrouble& trouble : found.troubles) result_.troubles.push_back(std::move(trouble));
        join_programs(found.models);
        result_.was_cancelled = found.was_cancelled;
        if (changed_) (void)cache_.save();  // without a cache the next start is slower, nothing else
        return std::move(result_);
    }

  private:
    void add_file(const std::filesystem::path& file, const char* origin, bool by_user) {
        auto found = find_model_file(file);
        if (!found) {
            if (by_user) result_.troubles.push_back({file, file.string() + " is not there now. If it lies on a drive, connect it."});
            return;
        }
        found->programs.emplace_back(origin);
        add(*found);
    }

    void add(const FoundModel& found) {
        const auto facts = file_facts(found.path);
        if (facts && !seen_.insert(facts->identity).second) return;
        std::optional<ModelEntry> entry = cache_.find(found);
        if (entry) {
            ++result_.from_cache;
        } else {
            entry = examine_model(found);
            cache_.keep(*entry);
            changed_ = true;
        }
        result_.entries.push_back(std::move(*entry));
        if (options_.on_entry) options_.on_entry(result_.entries.back());
    }

    /// A file may have been seen again by another program after its entry was made.
    void join_programs(const std::vector<FoundModel>& found) {
        std::unordered_map<std::string, const FoundModel*> by_path;
        for (const FoundModel& model : found) {
            by_path.emplace(path_text(model.path), &model);
            for (const std::string& program : model.programs)
                if (program != kYourFolder) add_once(result_.programs, program);
        }
        for (ModelEntry& entry : result_.entries) {
            const auto at = by_path.find(path_text(entry.found.path));
            if (at == by_path.end()) continue;
            for (const std::string& program : at->second->programs) add_once(entry.found.programs, program);
        }
    }
    static void add_once(std::vector<std::string>& all, const std::string& one) {
        if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
    }

    const ScanOptions& options_;
    LibrarySettings settings_;
    EntryCache cache_;
    ScanResult result_;
    std::unordered_set<FileIdentity, FileIdentityHash> seen_;
    bool changed_ = false;
};

}  // namespace

ScanResult scan_models(const ScanOptions& options) { return Scan(options).run(); }

}  // namespace soliloquy::models
