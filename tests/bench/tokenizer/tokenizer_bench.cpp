/// tests/bench/tokenizer/tokenizer_bench.cpp: time per byte of runs and noise beside prose, on a thread with a stack of 256 KiB.
#include <pthread.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "engine/tokenizer/tokenizer.h"
#include "engine/tokenizer/utf8_stream.h"

namespace soliloquy {
namespace {

/// Processor time of this thread: other programs on the machine do not count.
double seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::string repeated(std::string_view unit, size_t bytes) {
    std::string text;
    while (text.size() + unit.size() <= bytes) text += unit;
    return text;
}

std::string random_letters(std::string_view letters, size_t bytes) {
    std::mt19937 random(1);
    std::string text(bytes, ' ');
    for (char& c : text) c = letters[random() % letters.size()];
    return text;
}

std::string random_code_points(char32_t first, char32_t last, size_t bytes) {
    std::mt19937 random(1);
    std::string text;
    while (text.size() + 4 <= bytes) append_utf8(text, first + random() % (last - first + 1));
    return text;
}

struct Sample {
    std::string name;
    std::function<std::string()> make;
};

std::vector<Sample> samples(size_t bytes) {
    const std::string base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    return {
        {"one letter", [=] { return std::string(bytes, 'a'); }},
        {"one capital", [=] { return std::string(bytes, 'Z'); }},
        {"spaces", [=] { return std::string(bytes, ' '); }},
        {"spaces, then a letter", [=] { return std::string(bytes - 1, ' ') + "x"; }},
        {"digits", [=] { return random_letters("0123456789", bytes); }},
        {"newlines", [=] { return std::string(bytes, '\n'); }},
        {"spaces and newlines", [=] { return repeated("   \n", bytes); }},
        {"tabs", [=] { return std::string(bytes, '\t'); }},
        {"dots", [=] { return std::string(bytes, '.'); }},
        {"less-than signs", [=] { return std::string(bytes, '<'); }},
        {"base64", [=] { return random_letters(base64, bytes); }},
        {"random small letters", [=] { return random_letters("abcdefghijklmnopqrstuvwxyz", bytes); }},
        {"one ideograph", [=] { return repeated("\xE4\xB8\xAD", bytes); }},
        {"ideographs", [=] { return random_code_points(0x4E00, 0x9FA5, bytes); }},
        {"emoji", [=] { return random_code_points(0x1F600, 0x1F64F, bytes); }},
        {"combining marks", [=] { return repeated("\xCC\x81", bytes); }},
        {"invalid bytes", [=] { return std::string(bytes, '\xFF'); }},
        {"random bytes", [=] { return random_letters(std::string_view("\xFF\x80\xC3\xE4 a\xB8\xF0", 8), bytes); }},
    };
}

struct Job {
    const char* vocabulary;
    const char* prose;
    size_t bytes;
    int result = 1;
};

double measure(const Tokenizer& tokenizer, const std::string& text, size_t& tokens) {
    const double begin = seconds();
    const auto ids = tokenizer.encode(text, false);
    const double spent = seconds() - begin;
    if (!ids.ok()) std::printf("  %s\n", ids.error().message.c_str());
    tokens = ids.ok() ? ids->size() : 0;
    return spent / static_cast<double>(text.size()) * 1e9;
}

void* run(void* argument) {
    Job& job = *static_cast<Job*>(argument);
    const double begin = seconds();
    auto file = GgufFile::open(job.vocabulary);
    auto tokenizer = file.ok() ? Tokenizer::from_gguf(*file) : Result<std::unique_ptr<Tokenizer>>(file.error());
    if (!tokenizer.ok()) {
        std::fprintf(stderr, "%s\n", tokenizer.error().message.c_str());
        return nullptr;
    }
    std::printf("%s: %u tokens, loaded in %.0f ms\n", job.vocabulary, (*tokenizer)->vocabulary().size(), (seconds() - begin) * 1e3);
    std::ifstream in(job.prose, std::ios::binary);
    const std::string page{std::istreambuf_iterator<char>(in), {}};
    std::string prose;
    while (!page.empty() && prose.size() < job.bytes) prose += page.substr(0, job.bytes - prose.size());
    size_t tokens = 0;
    const double prose_time = measure(**tokenizer, prose, tokens);
    std::printf("  %-24s %7.1f ns/byte %7.1f MB/s        %10zu tokens of %zu bytes\n", "prose", prose_time, 1e3 / prose_time, tokens,
                prose.size());
    for (const Sample& sample : samples(job.bytes)) {
        const double time = measure(**tokenizer, sample.make(), tokens);
        std::printf("  %-24s %7.1f ns/byte %7.1f MB/s %5.2fx %10zu tokens\n", sample.name.c_str(), time, 1e3 / time, time / prose_time,
                    tokens);
        std::fflush(stdout);
    }
    job.result = 0;
    return nullptr;
}

}  // namespace
}  // namespace soliloquy

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fprintf(stderr, "usage: tokenizer_bench VOCABULARY.gguf PROSE.txt [MEBIBYTES]\n");
        return 2;
    }
    soliloquy::Job job{argv[1], argv[2], (argc > 3 ? std::strtoul(argv[3], nullptr, 10) : 16) << 20};
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 256 * 1024);
    pthread_t thread;
    if (pthread_create(&thread, &attributes, soliloquy::run, &job) != 0) return 1;
    pthread_join(thread, nullptr);
    return job.result;
}
