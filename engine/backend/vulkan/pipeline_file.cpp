/// engine/backend/vulkan/pipeline_file.cpp: a header with length and checksum before the driver's own bytes.
#include "engine/backend/vulkan/pipeline_file.h"

#include <array>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace soliloquy::vulkan {
namespace {

struct Header {
    std::array<char, 8> magic{'S', 'L', 'Q', 'P', 'I', 'P', 'E', '1'};
    uint64_t bytes = 0;     ///< behind the header
    uint64_t checksum = 0;  ///< FNV-1a of them
};

// The driver's bytes begin with VkPipelineCacheHeaderVersionOne: length, version, vendor, device, UUID.
constexpr size_t kUuidAt = 16, kDriverHeader = 32;
constexpr uint64_t kMost = uint64_t{256} << 20;

uint64_t checksum_of(std::span<const std::byte> data) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (const std::byte each : data) hash = (hash ^ static_cast<uint8_t>(each)) * 0x100000001b3u;
    return hash;
}

}  // namespace

std::filesystem::path pipeline_file(const std::filesystem::path& folder, std::span<const uint8_t> uuid) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string name = "vulkan-";
    for (const uint8_t byte : uuid) name.append({kDigits[byte >> 4], kDigits[byte & 15]});
    return folder / (name + ".pipelines");
}

std::vector<std::byte> read_pipeline_file(const std::filesystem::path& file, std::span<const uint8_t> uuid) {
    std::error_code error;
    const uint64_t size = std::filesystem::file_size(file, error);
    if (error || size < sizeof(Header) + kDriverHeader || size > kMost) return {};
    std::ifstream in(file, std::ios::binary);
    Header header;
    std::vector<std::byte> data(size - sizeof(Header));
    if (!in.read(reinterpret_cast<char*>(&header), sizeof(header)) ||
        !in.read(reinterpret_cast<char*>(data.data()), static_cast<std::streamsize>(data.size()))) {
        return {};
    }
    const bool whole = header.magic == Header{}.magic && header.bytes == data.size() && header.checksum == checksum_of(data);
    const bool ours = uuid.size() <= kDriverHeader - kUuidAt && std::memcmp(data.data() + kUuidAt, uuid.data(), uuid.size()) == 0;
    return whole && ours ? data : std::vector<std::byte>{};
}

bool write_pipeline_file(const std::filesystem::path& file, std::span<const std::byte> data) {
    if (data.size() > kMost - sizeof(Header)) return false;
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    const std::filesystem::path next = file.string() + ".new";
    {
        std::ofstream out(next, std::ios::binary | std::ios::trunc);
        const Header header{.bytes = data.size(), .checksum = checksum_of(data)};
        out.write(reinterpret_cast<const char*>(&header), sizeof(header));
        out.write(reinterpret_cast<const char*>(data.data()), static_cast<std::streamsize>(data.size()));
        if (!out.flush()) return false;
    }
    std::filesystem::rename(next, file, error);
    return !error;
}

}  // namespace soliloquy::vulkan
