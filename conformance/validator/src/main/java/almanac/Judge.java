package almanac;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport.IssueSeverity;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.SingleValidationMessage;
import ca.uhn.fhir.validation.ValidationOptions;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.UnknownCodeSystemWarningValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.Bundle;

/**
 * Cases come in as lines {"name", "text", "profiles"?}, where text is the resource as it would be sent; verdicts go out
 * in the same order as lines {"name", "issues": [{severity, id, location, message}]}.
 *
 * Arguments: --threads N and any number of folders with definitions of our own (StructureDefinition, ValueSet, CodeSystem).
 */
public final class Judge {
  /** Enough to keep the threads busy, few enough to hold in memory. */
  private static final int UNDER_WAY = 64;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final FhirValidator validator;

  private Judge(FhirContext context, List<Path> folders) throws IOException {
    PrePopulatedValidationSupport own = new PrePopulatedValidationSupport(context);
    for (Path folder : folders) addDefinitions(context, folder, own);
    UnknownCodeSystemWarningValidationSupport unknown = new UnknownCodeSystemWarningValidationSupport(context);
    // A code system that nobody here holds is no fault of the resource.
    unknown.setNonExistentCodeSystemSeverity(IssueSeverity.WARNING);
    FhirInstanceValidator module = new FhirInstanceValidator(new ValidationSupportChain(
        new DefaultProfileValidationSupport(context),
        own,
        new SnapshotGeneratingValidationSupport(context),
        new CommonCodeSystemsTerminologyService(context),
        new InMemoryTerminologyServerValidationSupport(context),
        unknown));
    // Claiming a profile that nobody here knows is worth a warning, by the product's decision.
    module.setErrorForUnknownProfiles(false);
    module.setValidatorResourceFetcher(new References());
    module.setValidatorPolicyAdvisor(new References.Policy());
    validator = context.newValidator().registerValidatorModule(module);
  }

  private static void addDefinitions(FhirContext context, Path folder, PrePopulatedValidationSupport own)
      throws IOException {
    if (!Files.isDirectory(folder)) return;
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder)) {
      files = all.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
    for (Path file : files) {
      IBaseResource resource = context.newJsonParser().parseResource(Files.readString(file));
      if (resource instanceof Bundle bundle) bundle.getEntry().forEach(entry -> own.addResource(entry.getResource()));
      else own.addResource(resource);
    }
  }

  private ObjectNode judge(JsonNode input) {
    ObjectNode verdict = JSON.createObjectNode().put("name", input.get("name").asText());
    ArrayNode issues = verdict.putArray("issues");
    try {
      ValidationOptions options = new ValidationOptions();
      for (JsonNode profile : input.path("profiles")) options.addProfile(profile.asText());
      for (SingleValidationMessage message :
          validator.validateWithResult(input.get("text").asText(), options).getMessages()) {
        issues.addObject()
            .put("severity", message.getSeverity().getCode())
            .put("id", message.getMessageId())
            .put("location", message.getLocationString())
            .put("message", message.getMessage());
      }
    } catch (RuntimeException | StackOverflowError fault) {
      issues.addObject()
          .put("severity", "fatal")
          .put("id", "judge-failed")
          .put("message", fault.getClass().getSimpleName() + ": " + fault.getMessage());
    }
    return verdict;
  }

  private void judgeAll(BufferedReader cases, BufferedWriter verdicts, int threads) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    Queue<Future<ObjectNode>> underWay = new ArrayDeque<>();
    try {
      for (String line = cases.readLine(); line != null; line = cases.readLine()) {
        if (line.isBlank()) continue;
        JsonNode input = JSON.readTree(line);
        underWay.add(pool.submit(() -> judge(input)));
        if (underWay.size() >= UNDER_WAY) write(underWay.remove().get(), verdicts);
      }
      while (!underWay.isEmpty()) write(underWay.remove().get(), verdicts);
      verdicts.flush();
    } finally {
      pool.shutdownNow();
    }
  }

  private static void write(ObjectNode verdict, BufferedWriter verdicts) throws IOException {
    verdicts.write(JSON.writeValueAsString(verdict));
    verdicts.newLine();
  }

  public static void main(String[] arguments) throws Exception {
    int threads = 1;
    List<Path> folders = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].equals("--threads")) threads = Integer.parseInt(arguments[++i]);
      else folders.add(Path.of(arguments[i]));
    }
    BufferedWriter verdicts = new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
    // What libraries print must not get between the verdicts.
    System.setOut(new PrintStream(System.err));
    Judge judge = new Judge(FhirContext.forR4(), folders);
    judge.judgeAll(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)), verdicts, threads);
  }
}
