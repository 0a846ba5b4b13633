/// app/models/ollama_store.h: the models in Ollama's folder: manifests by name, files by digest.
///   manifests/REGISTRY/SPACE.../NAME/TAG is JSON: {"layers": [{"mediaType": "application/vnd.ollama.image.model", "digest":
///   "sha256:HEX"}]} blobs/sha256-HEX holds the bytes of a layer
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace soliloquy::models {

struct OllamaModel {
    std::string name;  ///< as Ollama shows it: "deepseek-r1:7b", "someone/model:latest", "hf.co/org/model:Q4_K_M"
    std::filesystem::path blob;
    std::string sha256;
    bool is_projector = false;
};

/// In the order of their names. Manifests that cannot be read, are too long or name anything but a digest are left out: a digest is never
/// used as a path before it is known to be 64 hexadecimal digits.
[[nodiscard]] std::vector<OllamaModel> list_ollama(const std::filesystem::path& folder, uint64_t max_entries, uint64_t& entries_seen,
                                                   const std::function<bool()>& cancelled);

}  // namespace soliloquy::models
