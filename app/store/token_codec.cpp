/// app/store/token_codec.cpp: byte planes and zstd.
#include "app/store/token_codec.h"

#include <zstd.h>

#include <bit>
#include <cstring>
#include <numeric>

#include "app/store/store_result.h"

namespace soliloquy::store {
namespace {

constexpr int kLevel = 3;
constexpr uint32_t kMaxTokens = 1u << 26;
constexpr uint64_t kMaxBytes = 1ull << 31;

[[noreturn]] void broken(const char* what) {
    throw StoreError{StoreErrorCode::broken, std::string("The stored tokens of a message are damaged: ") + what};
}

std::string compress(const void* data, size_t size) {
    std::string out(ZSTD_compressBound(size), '\0');
    const size_t written = ZSTD_compress(out.data(), out.size(), data, size, kLevel);
    if (ZSTD_isError(written)) throw StoreError{StoreErrorCode::io, "Tokens could not be compressed: out of memory"};
    out.resize(written);
    return out;
}

std::string decompress(const std::string& blob, uint64_t expected) {
    if (expected > kMaxBytes) broken("a column is too large");
    if (ZSTD_getFrameContentSize(blob.data(), blob.size()) != expected) broken("a column has another length than its count says");
    std::string out(expected, '\0');
    const size_t read = ZSTD_decompress(out.data(), out.size(), blob.data(), blob.size());
    if (ZSTD_isError(read) || read != expected) broken("a column cannot be decompressed");
    return out;
}

template <typename T>
std::string encode_column(const std::vector<T>& values) {
    if constexpr (sizeof(T) == 1) {
        return compress(values.data(), values.size());
    } else {
        static_assert(sizeof(T) == 4);
        std::string planes(values.size() * 4, '\0');
        for (size_t i = 0; i < values.size(); ++i) {
            const auto bits = std::bit_cast<uint32_t>(values[i]);
            for (size_t plane = 0; plane < 4; ++plane) planes[plane * values.size() + i] = static_cast<char>(bits >> (8 * plane));
        }
        return compress(planes.data(), planes.size());
    }
}

template <typename T>
std::vector<T> decode_column(const std::string& blob, uint64_t count) {
    const std::string planes = decompress(blob, count * sizeof(T));
    std::vector<T> values(count);
    if constexpr (sizeof(T) == 1) {
        if (count > 0) std::memcpy(values.data(), planes.data(), count);
    } else {
        for (size_t i = 0; i < count; ++i) {
            uint32_t bits = 0;
            for (size_t plane = 0; plane < 4; ++plane) bits |= uint32_t{static_cast<uint8_t>(planes[plane * count + i])} << (8 * plane);
            values[i] = std::bit_cast<T>(bits);
        }
    }
    return values;
}

}  // namespace

EncodedTokens encode_tokens(const TokenColumns& tokens) {
    return {.count = static_cast<uint32_t>(tokens.size()),
            .blobs = {encode_column(tokens.id), encode_column(tokens.origin), encode_column(tokens.time_ms), encode_column(tokens.logprob),
                      encode_column(tokens.entropy), encode_column(tokens.byte_count), compress(tokens.bytes.data(), tokens.bytes.size()),
                      encode_column(tokens.alternative_count), encode_column(tokens.alternative_id),
                      encode_column(tokens.alternative_logprob)}};
}

TokenColumns decode_tokens(const EncodedTokens& encoded) {
    const uint64_t count = encoded.count;
    if (count > kMaxTokens) broken("too many");
    TokenColumns tokens;
    tokens.id = decode_column<uint32_t>(encoded.blobs[0], count);
    tokens.origin = decode_column<uint8_t>(encoded.blobs[1], count);
    tokens.time_ms = decode_column<uint32_t>(encoded.blobs[2], count);
    tokens.logprob = decode_column<float>(encoded.blobs[3], count);
    tokens.entropy = decode_column<float>(encoded.blobs[4], count);
    tokens.byte_count = decode_column<uint32_t>(encoded.blobs[5], count);
    tokens.bytes = decompress(encoded.blobs[6], std::accumulate(tokens.byte_count.begin(), tokens.byte_count.end(), uint64_t{0}));
    tokens.alternative_count = decode_column<uint8_t>(encoded.blobs[7], count);
    const uint64_t alternatives = std::accumulate(tokens.alternative_count.begin(), tokens.alternative_count.end(), uint64_t{0});
    tokens.alternative_id = decode_column<uint32_t>(encoded.blobs[8], alternatives);
    tokens.alternative_logprob = decode_column<float>(encoded.blobs[9], alternatives);
    return tokens;
}

}  // namespace soliloquy::store
