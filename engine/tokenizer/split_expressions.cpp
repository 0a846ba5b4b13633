/// engine/tokenizer/split_expressions.cpp: the expressions of the model makers' tokenizer.json files, in PCRE2's notation.
#include "engine/tokenizer/split_expressions.h"

#include <array>

namespace soliloquy {
namespace {

// Every expression must stay linear: whatever an alternative scans and gives back, the next one must consume.

constexpr std::string_view kGpt2 = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

constexpr std::array kGpt2Passes = {SplitPass{kGpt2, 0}};
constexpr std::array<std::string_view, 11> kGpt2Names = {"gpt-2",   "phi-2",           "olmo",    "mpt",   "jais", "gigachat", "trillion",
                                                         "exaone4", "granite-docling", "a.x-4.0", "mellum"};

// Digits one by one, then as GPT-2.
constexpr std::array kStarcoderPasses = {SplitPass{R"(\p{N})", 1}, SplitPass{kGpt2, 0}};
constexpr std::array<std::string_view, 8> kStarcoderNames = {"smollm",    "starcoder", "refact",     "command-r",
                                                             "codeshell", "exaone",    "minerva-7b", "mellum2"};

constexpr std::array kDefaultPasses = {
    SplitPass{R"([\p{P}\$\+<=>\^~\|]+)", 0},
    SplitPass{kGpt2, 0},
    SplitPass{R"(\p{N}+)", 0},
    SplitPass{R"([0-9][0-9][0-9])", 0},
};
constexpr std::array<std::string_view, 1> kDefaultNames = {"default"};

constexpr std::array kQwen2Passes = {
    SplitPass{R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)", 1}};
constexpr std::array<std::string_view, 9> kQwen2Names = {"qwen2", "deepseek-r1-qwen", "stablelm2", "hunyuan", "megrez", "grok-2",
                                                         "kormo", "f2llmv2",          "solar-open"};

// Seed-Coder: the ends of lines are never drawn into the punctuation before them.
constexpr std::array kSeedCoderPasses = {
    SplitPass{R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}\r\n]+|\s*[\r\n]+|\s+(?!\S)|\s+)", 1}};
constexpr std::array<std::string_view, 1> kSeedCoderNames = {"seed-coder"};

constexpr std::array kQwen35Passes = {SplitPass{
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)", 1}};
constexpr std::array<std::string_view, 1> kQwen35Names = {"qwen35"};

constexpr std::array kLlama3Passes = {
    SplitPass{R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)", 3}};
constexpr std::array<std::string_view, 8> kLlama3Names = {"llama-bpe", "llama3", "llama-v3", "falcon3",
                                                          "falcon-h1", "lfm2",   "pixtral",  "midm-2.0"};
constexpr std::array<std::string_view, 4> kLlama3MergedNames = {"glm4", "chatglm-bpe", "dbrx", "smaug-bpe"};  // same, merges always

// The digits apart first; then as Llama 3, whose own rule for digits finds runs that are short already.
constexpr std::array kMinicpm5Passes = {
    SplitPass{R"(\p{N}{1,3})", 3},
    SplitPass{R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}+| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)", 0}};
constexpr std::array<std::string_view, 1> kMinicpm5Names = {"minicpm5"};

// Words with at most one change from capitals to small letters; o200k.
constexpr std::array kGpt4oPasses = {
    SplitPass{R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
              R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
              R"(|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
              3}};
constexpr std::array<std::string_view, 5> kGpt4oNames = {"gpt-4o", "llama4", "minimax-m2", "kanana2", "talkie"};

// Kimi: runs of Han letters, then words as o200k's without them. The maker writes its two classes of letters as intersections with
// "not Han"; a negated class of everything else is the same set, for every letter has one general category: {Lu Lt Lm Lo M} less Han,
// and {Ll Lm Lo M} less Han. Han is written out (Script=Han): to PCRE2 from 10.40 on \p{Han} means the script extensions, a larger set.
#define SOLILOQUY_HAN                                                                                               \
    R"(\x{2e80}-\x{2e99}\x{2e9b}-\x{2ef3}\x{2f00}-\x{2fd5}\x{3005}\x{3007}\x{3021}-\x{3029}\x{3038}-\x{303b})"      \
    R"(\x{3400}-\x{4dbf}\x{4e00}-\x{9fff}\x{f900}-\x{fa6d}\x{fa70}-\x{fad9}\x{16fe2}-\x{16fe3}\x{16ff0}-\x{16ff6})" \
    R"(\x{20000}-\x{2a6df}\x{2a700}-\x{2b81d}\x{2b820}-\x{2cead}\x{2ceb0}-\x{2ebe0}\x{2ebf0}-\x{2ee5d})"            \
    R"(\x{2f800}-\x{2fa1d}\x{30000}-\x{3134a}\x{31350}-\x{33479})"
constexpr std::array kKimiPasses = {
    SplitPass{"[" SOLILOQUY_HAN R"(]+|[^\r\n\p{L}\p{N}]?[^\p{Ll}\p{N}\p{P}\p{S}\p{Z}\p{C})" SOLILOQUY_HAN
              R"(]*[^\p{Lu}\p{Lt}\p{N}\p{P}\p{S}\p{Z}\p{C})" SOLILOQUY_HAN
              R"(]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[^\p{Ll}\p{N}\p{P}\p{S}\p{Z}\p{C})" SOLILOQUY_HAN
              R"(]+[^\p{Lu}\p{Lt}\p{N}\p{P}\p{S}\p{Z}\p{C})" SOLILOQUY_HAN
              R"(]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
              3}};
#undef SOLILOQUY_HAN
constexpr std::array<std::string_view, 1> kKimiNames = {"kimi-k2"};

// Youtu: Korean, wide punctuation, Bopomofo and Chinese or Japanese apart, then as o200k with single digits.
constexpr std::array kYoutuPasses = {
    SplitPass{R"([\x{ac00}-\x{d7a3}\x{3131}-\x{318e}]+)"
              R"(|[\x{ff01}\x{2026}\x{201c}\x{201d}\x{2018}\x{2019}\x{2014}\x{ff1a}\x{ff1b}\x{ff0c}\x{3001}-\x{303f}\x{fe30}-\x{fe4f}]+)"
              R"(|[\x{3105}-\x{312f}]+|[\x{4e00}-\x{9fa5}\x{3040}-\x{309f}\x{30a0}-\x{30ff}]+)",
              0},
    SplitPass{R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
              R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?)"
              R"(|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
              1}};
constexpr std::array<std::string_view, 1> kYoutuNames = {"youtu"};

// Bloom: whatever is neither space nor a sign of sentences; Viking cuts digits after it.
constexpr SplitPass kBloom = {R"( ?[^(\s|.,!?\x{2026}\x{3002}\x{ff0c}\x{3001}\x{964}\x{6d4}\x{60c})]+)", 0};
constexpr std::array kBloomPasses = {kBloom};
constexpr std::array<std::string_view, 3> kBloomNames = {"bloom", "poro-chat", "gpt3-finnish"};
constexpr std::array kVikingPasses = {kBloom, SplitPass{R"(\p{N})", 1}};
constexpr std::array<std::string_view, 1> kVikingNames = {"viking"};

constexpr std::array kTekkenPasses = {SplitPass{R"([^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+)"
                                                R"(|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*)"
                                                R"(|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
                                                1}};
constexpr std::array<std::string_view, 1> kTekkenNames = {"tekken"};

// DeepSeek-LLM names its letters one range at a time: those with upper and lower case.
constexpr std::array kDeepseekLlmPasses = {
    SplitPass{R"([\r\n])", 0},
    SplitPass{R"(\s?[)"
              R"(A-Za-z\x{b5}\x{c0}-\x{d6}\x{d8}-\x{f6}\x{f8}-\x{1ba}\x{1bc}-\x{1bf}\x{1c4}-\x{293}\x{295}-\x{2af})"
              R"(\x{370}-\x{373}\x{376}\x{377}\x{37b}-\x{37d}\x{37f}\x{386}\x{388}-\x{38a}\x{38c}\x{38e}-\x{3a1}\x{3a3}-\x{3f5})"
              R"(\x{3f7}-\x{481}\x{48a}-\x{52f}\x{531}-\x{556}\x{10a0}-\x{10c5}\x{13a0}-\x{13f5}\x{13f8}-\x{13fd})"
              R"(\x{1c90}-\x{1cba}\x{1cbd}-\x{1cbf}\x{1d00}-\x{1d2b}\x{1d6b}-\x{1d77}\x{1d79}-\x{1d9a}\x{1e00}-\x{1f15})"
              R"(\x{1f18}-\x{1f1d}\x{1f20}-\x{1f45}\x{1f48}-\x{1f4d}\x{1f50}-\x{1f57}\x{1f59}\x{1f5b}\x{1f5d}\x{1f5f}-\x{1f7d})"
              R"(\x{1f80}-\x{1fb4}\x{1fb6}-\x{1fbc}\x{1fbe}\x{1fc2}-\x{1fc4}\x{1fc6}-\x{1fcc}\x{1fd0}-\x{1fd3}\x{1fd6}-\x{1fdb})"
              R"(\x{1fe0}-\x{1fec}\x{1ff2}-\x{1ff4}\x{1ff6}-\x{1ffc}\x{2102}\x{2107}\x{210a}-\x{2113}\x{2115}\x{2119}-\x{211d})"
              R"(\x{2124}\x{2126}\x{2128}\x{212a}-\x{212d}\x{212f}-\x{2134}\x{2139}\x{213c}-\x{213f}\x{2145}-\x{2149}\x{214e})"
              R"(\x{2183}\x{2184}\x{2c00}-\x{2c7b}\x{2c7e}-\x{2ce4}\x{2ceb}-\x{2cee}\x{2cf2}\x{2cf3}\x{a640}-\x{a66d})"
              R"(\x{a680}-\x{a69b}\x{a722}-\x{a76f}\x{a771}-\x{a787}\x{a78b}-\x{a78e}\x{ab70}-\x{abbf}\x{fb00}-\x{fb06})"
              R"(\x{fb13}-\x{fb17}\x{ff21}-\x{ff3a}\x{ff41}-\x{ff5a}\x{10400}-\x{1044f}\x{104b0}-\x{104d3}\x{104d8}-\x{104fb})"
              R"(\x{10c80}-\x{10cb2}\x{10cc0}-\x{10cf2}\x{118a0}-\x{118df}\x{1e900}-\x{1e943})"
              R"(]+)",
              0},
    SplitPass{R"(\s?[!-/:-~\x{ff01}-\x{ff0f}\x{ff1a}-\x{ff5e}\x{2018}-\x{201f}\x{3000}-\x{3002}]+)", 0},
    SplitPass{R"((?<!\s)\s++\z)", 0},  // the spaces at the end; looking behind keeps the search linear
    SplitPass{R"([\x{4e00}-\x{9fa5}\x{800}-\x{4e00}\x{ac00}-\x{d7ff}]+)", 0},
    SplitPass{R"(\p{N})", 1},
};
constexpr std::array<std::string_view, 1> kDeepseekLlmNames = {"deepseek-llm"};

constexpr std::array kDeepseekCoderPasses = {
    SplitPass{R"([\r\n])", 0},    SplitPass{R"(\s?\p{L}+)", 0},
    SplitPass{R"(\s?\p{P}+)", 0}, SplitPass{R"([\x{4e00}-\x{9fa5}\x{800}-\x{4e00}\x{ac00}-\x{d7ff}]+)", 0},
    SplitPass{R"(\p{N})", 1},
};
constexpr std::array<std::string_view, 1> kDeepseekCoderNames = {"deepseek-coder"};

constexpr std::array kDeepseekV3Passes = {
    SplitPass{R"(\p{N}{1,3})", 3},
    SplitPass{R"([\x{4e00}-\x{9fa5}\x{3040}-\x{309f}\x{30a0}-\x{30ff}]+)", 0},
    SplitPass{R"([!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+)"
              R"(| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)",
              0},
};
constexpr std::array<std::string_view, 3> kDeepseekV3Names = {"deepseek-v3", "hunyuan-dense", "joyai-llm"};

constexpr std::array kFamilies = {
    SplitFamily{kDeepseekV3Names, kDeepseekV3Passes, false},
    SplitFamily{kDeepseekLlmNames, kDeepseekLlmPasses, false},
    SplitFamily{kDeepseekCoderNames, kDeepseekCoderPasses, false},
    SplitFamily{kQwen2Names, kQwen2Passes, false},
    SplitFamily{kQwen35Names, kQwen35Passes, false},
    SplitFamily{kKimiNames, kKimiPasses, false},
    SplitFamily{kYoutuNames, kYoutuPasses, true},
    SplitFamily{kSeedCoderNames, kSeedCoderPasses, false},
    SplitFamily{kLlama3Names, kLlama3Passes, true},
    SplitFamily{kLlama3MergedNames, kLlama3Passes, false},
    SplitFamily{kMinicpm5Names, kMinicpm5Passes, true},
    SplitFamily{kGpt4oNames, kGpt4oPasses, false},
    SplitFamily{kTekkenNames, kTekkenPasses, true},
    SplitFamily{kGpt2Names, kGpt2Passes, false},
    SplitFamily{kStarcoderNames, kStarcoderPasses, false},
    SplitFamily{kBloomNames, kBloomPasses, false},
    SplitFamily{kVikingNames, kVikingPasses, false},
    SplitFamily{kDefaultNames, kDefaultPasses, false},
};

constexpr std::string_view kSpaces = R"(\x{9}-\x{d}\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000})";
constexpr std::string_view kNotSpaces =  // what lies between
    R"(\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{84}\x{86}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e})"
    R"(\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{10ffff})";

}  // namespace

const SplitFamily* find_split_family(std::string_view pre) noexcept {
    for (const SplitFamily& family : kFamilies) {
        for (const std::string_view name : family.names) {
            if (name == pre) return &family;
        }
    }
    return nullptr;
}

std::string split_family_names() {
    std::string names;
    for (const SplitFamily& family : kFamilies) {
        for (const std::string_view name : family.names) {
            if (!names.empty()) names += ", ";
            names += name;
        }
    }
    return names;
}

std::string with_unicode_spaces(std::string_view expression) {
    std::string out;
    bool in_class = false;
    for (size_t i = 0; i < expression.size(); ++i) {
        const char c = expression[i];
        if (c == '\\' && i + 1 < expression.size()) {
            const char escape = expression[++i];
            if (escape == 's' || escape == 'S') {
                const std::string_view letters = escape == 's' ? kSpaces : kNotSpaces;
                if (!in_class) out += '[';
                out += letters;
                if (!in_class) out += ']';
            } else {
                out += c;
                out += escape;
            }
            continue;
        }
        if (c == '[' && !in_class) in_class = true;
        if (c == ']' && in_class) in_class = false;
        out += c;
    }
    return out;
}

}  // namespace soliloquy
