/// tests/support/fuzz_mutator.h: makes inputs out of a corpus by a few random edits; the same seed gives the same inputs everywhere.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

namespace soliloquy::testing {

using Bytes = std::vector<uint8_t>;

/// splitmix64: one multiplication chain per number, no state to seed wrongly, the same on every platform.
class FuzzRandom {
  public:
    explicit FuzzRandom(uint64_t seed) : state_(seed) {}
    uint64_t next() noexcept {
        uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }
    /// 0 .. bound - 1; the slight bias of the remainder does not matter here.
    size_t below(size_t bound) noexcept { return bound == 0 ? 0 : static_cast<size_t>(next() % bound); }

  private:
    uint64_t state_;
};

class Mutator {
  public:
    /// `corpus` must outlive the mutator; an empty one starts from nothing.
    Mutator(uint64_t seed, size_t max_len, const std::vector<Bytes>& corpus) : random_(seed), max_len_(max_len), corpus_(corpus) {}

    /// One token per line; \xNN is a byte, lines that begin with # and empty lines are skipped.
    void add_dictionary(std::string_view text) {
        while (!text.empty()) {
            const std::string_view line = text.substr(0, text.find('\n'));
            text.remove_prefix(std::min(text.size(), line.size() + 1));
            if (line.empty() || line.front() == '#') continue;
            tokens_.push_back(unescape(line));
        }
    }

    /// A corpus input after 1 to 8 edits, at most max_len bytes.
    Bytes next() {
        Bytes bytes = corpus_.empty() ? Bytes{} : corpus_[random_.below(corpus_.size())];
        const size_t edits = 1 + random_.below(8);
        for (size_t i = 0; i < edits; ++i) edit(bytes);
        if (bytes.size() > max_len_) bytes.resize(max_len_);
        return bytes;
    }

  private:
    void edit(Bytes& bytes) {
        switch (random_.below(tokens_.empty() ? 10 : 13)) {
            case 0:
                return flip_bit(bytes);
            case 1:
                return set_byte(bytes);
            case 2:
            case 3:
            case 4:
                return set_integer(bytes);
            case 5:
                return erase(bytes);
            case 6:
                return insert_random(bytes);
            case 7:
                return insert_range(bytes, bytes);
            case 8:
                return corpus_.empty() ? set_byte(bytes) : insert_range(bytes, corpus_[random_.below(corpus_.size())]);
            case 9:
                return bytes.resize(random_.below(bytes.size() + 1));
            default:
                return put_token(bytes, tokens_[random_.below(tokens_.size())]);
        }
    }

    void flip_bit(Bytes& bytes) {
        if (!bytes.empty()) bytes[random_.below(bytes.size())] ^= static_cast<uint8_t>(1u << random_.below(8));
    }

    void set_byte(Bytes& bytes) {
        if (!bytes.empty()) bytes[random_.below(bytes.size())] = static_cast<uint8_t>(random_.next());
    }

    /// Writes a number that parsers get wrong (limits of every width and their neighbours), little endian, or adds a little to
    /// the number that is there.
    void set_integer(Bytes& bytes) {
        const size_t width = size_t{1} << random_.below(4);
        if (bytes.size() < width) return;
        const size_t at = random_.below(bytes.size() - width + 1);
        uint64_t number = 0;
        if (random_.below(4) == 0) {
            std::memcpy(&number, bytes.data() + at, width);
            number += random_.next() % 33 - 16;
        } else {
            number = (uint64_t{1} << random_.below(64)) + random_.next() % 5 - 2;
            if (random_.below(4) == 0) number = ~number;
            if (random_.below(4) == 0) number = random_.below(17);
        }
        std::memcpy(bytes.data() + at, &number, width);
    }

    void erase(Bytes& bytes) {
        const size_t begin = random_.below(bytes.size() + 1);
        const size_t length = std::min(bytes.size() - begin, random_length());
        bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.begin() + static_cast<std::ptrdiff_t>(begin + length));
    }

    void insert_random(Bytes& bytes) {
        Bytes fresh(random_length());
        const auto fill = static_cast<uint8_t>(random_.next());
        const bool same = random_.below(2) == 0;
        for (auto& byte : fresh) byte = same ? fill : static_cast<uint8_t>(random_.next());
        insert(bytes, fresh);
    }

    void insert_range(Bytes& bytes, const Bytes& from) {
        const size_t begin = random_.below(from.size() + 1);
        const size_t length = std::min(from.size() - begin, random_length());
        const auto first = from.begin() + static_cast<std::ptrdiff_t>(begin);
        const Bytes range(first, first + static_cast<std::ptrdiff_t>(length));
        insert(bytes, range);
    }

    void put_token(Bytes& bytes, const Bytes& token) {
        if (random_.below(2) == 0 && bytes.size() >= token.size()) {
            const size_t at = random_.below(bytes.size() - token.size() + 1);
            std::copy(token.begin(), token.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
        } else {
            insert(bytes, token);
        }
    }

    void insert(Bytes& bytes, const Bytes& what) {
        const size_t at = random_.below(bytes.size() + 1);
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), what.begin(), what.end());
    }

    /// 1 .. 1024, the short ones far more often.
    size_t random_length() { return 1 + random_.below(size_t{1} << (1 + random_.below(10))); }

    static Bytes unescape(std::string_view line) {
        const auto digit = [](char c) -> int {
            if (c >= '0' && c <= '9') return c - '0';
            if (c >= 'a' && c <= 'f') return c - 'a' + 10;
            return -1;
        };
        Bytes token;
        for (size_t i = 0; i < line.size(); ++i) {
            if (line[i] == '\\' && i + 3 < line.size() && line[i + 1] == 'x' && digit(line[i + 2]) >= 0 && digit(line[i + 3]) >= 0) {
                token.push_back(static_cast<uint8_t>(digit(line[i + 2]) * 16 + digit(line[i + 3])));
                i += 3;
            } else {
                token.push_back(static_cast<uint8_t>(line[i]));
            }
        }
        return token;
    }

    FuzzRandom random_;
    size_t max_len_;
    const std::vector<Bytes>& corpus_;
    std::vector<Bytes> tokens_;
};

}  // namespace soliloquy::testing
